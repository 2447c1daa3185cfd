"""The words in which `policy` is asked and answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from schedules import timing as when
from schedules.timing import Timing

Overlap = Literal["skip", "queue", "allow", "replace"]
Catchup = Literal["latest", "all", "none"]
# Why a tick that overlaps is skipped: the schedule's policy, a full line, or its limit.
OverlapRule = Literal["policy", "line", "max_open_runs"]
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides about the ticks of one schedule. `seed` makes its jitter its own."""

    timing: Timing
    seed: str
    jitter_seconds: int
    overlap: Overlap
    max_open_runs: int  # 0: no limit
    catchup: Catchup
    catchup_window: timedelta
    runs_left: int | None
    live_for: timedelta

    def due_at(self, tick: datetime) -> datetime:
        """When `tick` fires: its nominal time and its own jitter."""
        if not self.jitter_seconds:
            return tick
        return when.due_at(
            self.timing, tick, seed=self.seed, jitter_seconds=self.jitter_seconds
        )

    def last_due(self, moment: datetime) -> datetime | None:
        """The greatest tick that is due at `moment` (jitter keeps ticks in order)."""
        tick = when.last_upto(self.timing, moment)
        if tick is not None and self.due_at(tick) > moment:
            return when.last_upto(self.timing, tick - MICROSECOND)
        return tick


@dataclass(frozen=True, slots=True)
class OpenRuns:
    """How many runs of a schedule are not over; manual runs aside.

    Of ticks: `pending` wait in the queue, `running` run, `retrying` wait for their next
    attempt, and `catching_up` of these three are of origin `catch_up`. `waiting_live` and
    `waiting_late` wait behind them. Of backfills: those open, and those that wait.
    """

    pending: int = 0
    running: int = 0
    retrying: int = 0
    catching_up: int = 0
    waiting_live: int = 0
    waiting_late: int = 0
    open_backfills: int = 0
    waiting_backfills: int = 0

    @property
    def open(self) -> int:
        return self.pending + self.running + self.retrying

    @property
    def waiting(self) -> int:
        return self.waiting_live + self.waiting_late


class Overlapped(NamedTuple):
    """What was open when a tick was skipped, in numbers of runs, and which rule skipped it.

    `waiting`: those that waited behind the open ones.
    """

    rule: OverlapRule
    running: int
    pending: int
    retrying: int
    waiting: int


class LedgerRow(NamedTuple):
    """One ledger row to write; a range row ends at `range_end`, inclusive."""

    scheduled_for: datetime
    due_at: datetime
    origin: str
    status: str
    reason: str = ""
    range_end: datetime | None = None
    tick_count: int = 1
    overlapped: Overlapped | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The ledger rows to write, and where the schedule stands afterwards.

    `frontier` is the first tick that the ledger will not hold (None: no tick is left), and
    `next_run_at` when it fires. `ended` is the reason why the schedule stops, or empty.
    `replaces`: the open runs are to be cancelled.
    """

    frontier: datetime | None
    next_run_at: datetime | None
    rows: list[LedgerRow] = field(default_factory=list)
    fired: int = 0
    ended: str = ""
    replaces: bool = False


def span_row(
    rules: Rules, first: datetime, last: datetime, *, status: str, reason: str
) -> LedgerRow:
    """One row for the ticks from `first` to `last`, both inclusive and both ticks."""
    due = rules.due_at(first)
    if first == last:
        return LedgerRow(first, due, "schedule", status, reason)
    ticks = 1 + when.count(rules.timing, first, last)
    return LedgerRow(first, due, "schedule", status, reason, last, ticks)


def tick_before(rules: Rules, frontier: datetime, tick: datetime) -> datetime | None:
    """The tick before `tick`, unless that lies before the frontier."""
    if tick == frontier:
        return None
    return when.last_upto(rules.timing, tick - MICROSECOND)

"""The types of the arguments and results of `policy`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from schedules import timing as when
from schedules.timing import Timing

Overlap = Literal["skip", "queue", "allow", "replace"]
Catchup = Literal["latest", "all", "none"]
# What skips an overlapping tick: the overlap policy, too many waiting ticks, or `max_open_runs`.
OverlapRule = Literal["policy", "max_waiting", "max_open_runs"]
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for the ticks of one schedule.

    `seed` makes its jitter different from that of others. A due tick is live up to `live_for`
    after it is due, and late from then on. `runs_left` is None without `max_runs`.
    """

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
        """When `tick` fires: its nominal time plus its jitter."""
        if not self.jitter_seconds:
            return tick
        return when.due_at(
            self.timing, tick, seed=self.seed, jitter_seconds=self.jitter_seconds
        )

    def last_due(self, moment: datetime) -> datetime | None:
        """The newest tick that is due at `moment` (jitter keeps ticks in order)."""
        tick = when.last_upto(self.timing, moment)
        if tick is not None and self.due_at(tick) > moment:
            return when.last_upto(self.timing, tick - MICROSECOND)
        return tick


@dataclass(frozen=True, slots=True)
class OpenRuns:
    """How many runs of a schedule have not ended, without manual runs.

    Of ticks, `pending` are in the queue, `running` run, `retrying` wait for their next
    attempt; `catching_up` are those of the three with origin `catch_up`. `waiting_live` and
    `waiting_late` wait behind them. Backfills are counted separately.
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
    """The rule that skipped a tick, and how many runs were open or waiting then."""

    rule: OverlapRule
    running: int
    pending: int
    retrying: int
    waiting: int


class LedgerRow(NamedTuple):
    """One row to write to the ledger; a range row ends at `range_end`, inclusive."""

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
    """The ledger rows to write, and the state of the schedule afterwards.

    `frontier` is the first tick that will not be in the ledger (None: no tick is left), and
    `next_run_at` the time at which it fires. `ended` is the reason code if the schedule ends,
    or empty. `replaces`: the open runs are to be cancelled. Up to `holds_until` it is the same at
    any later time; None: only at that at which it was made.
    """

    frontier: datetime | None
    next_run_at: datetime | None
    rows: list[LedgerRow] = field(default_factory=list)
    fired: int = 0
    ended: str = ""
    replaces: bool = False
    holds_until: datetime | None = field(default=None, compare=False)


def range_row(
    rules: Rules, first: datetime, last: datetime, *, status: str, reason: str
) -> LedgerRow:
    """One row for the ticks from `first` to `last`, which are ticks themselves."""
    due = rules.due_at(first)
    if first == last:
        return LedgerRow(first, due, "schedule", status, reason)
    ticks = 1 + when.count(rules.timing, first, last)
    return LedgerRow(first, due, "schedule", status, reason, last, ticks)


def tick_before(rules: Rules, frontier: datetime, tick: datetime) -> datetime | None:
    """The tick before `tick`; None if that is before the frontier."""
    if tick == frontier:
        return None
    return when.last_upto(rules.timing, tick - MICROSECOND)

"""Proof that the ledger holds every tick of a timing exactly once. Pure.

The ledger rows are compared with the timing, one by one: after each row, the next row must
begin at the very next tick; a range row must count as many ticks as the timing has in it;
after the last row, the next tick must be the frontier.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from schedules import timing as when
from schedules.timing import Timing
from schedules.timing.english import counted
from schedules.timing.zones import LATEST

# How many problems of one epoch are listed by their time; the counts are always complete.
LISTED = 20


class TickRange(NamedTuple):
    """One ledger row: a tick, or the ticks from `first` to `last`, inclusive."""

    first: datetime
    last: datetime
    ticks: int


@dataclass(slots=True)
class Account:
    """The ticks that a schedule should have and those that its ledger holds.

    `counts` are the recorded ticks by status. `ran_early` are ticks that ran while a clock
    was ahead of their time; they count once the frontier has passed them.
    """

    schedule_id: UUID | None = None
    name: str = ""
    epochs: int = 0
    expected: int = 0
    recorded: int = 0
    missing: int = 0
    double: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    ran_early: list[datetime] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def is_balanced(self) -> bool:
        """Whether every tick is in the ledger exactly once."""
        return not (self.missing or self.double or self.problems)

    def report(self, problem: str) -> None:
        """List the problem, unless enough are listed already."""
        if len(self.problems) < LISTED:
            self.problems.append(problem)

    def add(self, other: Account) -> None:
        """Add the account of another stretch of the same ledger."""
        self.expected += other.expected
        self.recorded += other.recorded
        self.missing += other.missing
        self.double += other.double
        self.problems += other.problems


def account(
    timing: Timing,
    *,
    after: datetime,
    frontier: datetime | None,
    rows: Iterable[TickRange],
) -> Account:
    """Account for the ticks after `after` and before `frontier`.

    `rows` are in order of `first`. A `frontier` of None means that no tick is left.
    """
    result = Account()
    cursor = after
    for row in rows:
        result.recorded += row.ticks
        expected = when.next_after(timing, cursor)
        if expected != row.first:
            _check_first(result, timing, cursor, expected, row)
        ticks = 1
        if row.last != row.first:
            ticks += when.count(timing, row.first, row.last)
            if ticks != row.ticks:
                result.report(
                    f"{row.first} to {row.last}: {counted(row.ticks, 'tick')} recorded, {ticks} expected"
                )
        result.expected += ticks
        cursor = max(cursor, row.last)
    _check_frontier(result, timing, cursor, frontier)
    return result


def _check_first(
    result: Account,
    timing: Timing,
    cursor: datetime,
    expected: datetime | None,
    row: TickRange,
) -> None:
    """Report a row that does not begin at the expected tick."""
    if row.first <= cursor:
        result.double += 1
        result.report(f"{row.first}: recorded twice")
        return
    missing = when.count(timing, cursor, row.first) - 1
    is_tick = when.last_upto(timing, row.first) == row.first
    if missing < 0 or expected is None or not is_tick:
        result.report(f"{row.first}: not a tick of this timing")
        missing += 1
    if missing > 0:
        _report_missing(result, missing, expected)


def _report_missing(result: Account, ticks: int, first: datetime | None) -> None:
    result.missing += ticks
    result.expected += ticks
    result.report(f"{counted(ticks, 'tick')} missing from {first} on")


def _check_frontier(
    result: Account, timing: Timing, cursor: datetime, frontier: datetime | None
) -> None:
    expected = when.next_after(timing, cursor)
    if expected == frontier:
        return
    if frontier is None or (expected is not None and expected < frontier):
        upto = frontier or LATEST
        missing = when.count(timing, cursor, upto) - bool(frontier)
        _report_missing(result, missing, expected)
    else:
        result.report(f"the frontier is {frontier}, but the next tick is {expected}")

"""The proof that the ledger holds every tick of a timing exactly once. Pure.

It walks the ledger rows beside the timing: after each row the next row must begin at the
very next tick, a range row must count as many ticks as the timing has in it, and after
the last row the next tick must be the frontier.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from schedules import timing as when
from schedules.timing import Timing
from schedules.timing.zones import LATEST

# How many faults of one epoch are listed by their time; the counts are always whole.
LISTED = 20


class TickRange(NamedTuple):
    """One ledger row: a tick, or the ticks from `first` to `last`, inclusive."""

    first: datetime
    last: datetime
    ticks: int


@dataclass(slots=True)
class Account:
    """What a stretch of the ledger holds, against what the timing says."""

    expected: int = 0
    recorded: int = 0
    missing: int = 0
    double: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not (self.missing or self.double or self.problems)

    def tell(self, problem: str) -> None:
        if len(self.problems) < LISTED:
            self.problems.append(problem)


def account(
    timing: Timing,
    *,
    after: datetime,
    frontier: datetime | None,
    rows: Iterable[TickRange],
) -> Account:
    """The account of the ticks after `after` and before `frontier`.

    `rows` come in order of `first`. A `frontier` of None means that no tick is left.
    """
    result = Account()
    cursor = after
    for row in rows:
        result.recorded += row.ticks
        expected = when.next_after(timing, cursor)
        if expected != row.first:
            _out_of_step(result, timing, cursor, expected, row)
        ticks = 1
        if row.last != row.first:
            ticks += when.count(timing, row.first, row.last)
            if ticks != row.ticks:
                result.tell(
                    f"{row.first} to {row.last}: {row.ticks} ticks, not {ticks}"
                )
        result.expected += ticks
        cursor = max(cursor, row.last)
    _check_frontier(result, timing, cursor, frontier)
    return result


def _out_of_step(
    result: Account,
    timing: Timing,
    cursor: datetime,
    expected: datetime | None,
    row: TickRange,
) -> None:
    if row.first <= cursor:
        result.double += 1
        result.tell(f"{row.first}: recorded twice")
        return
    lost = when.count(timing, cursor, row.first) - 1
    if lost < 0 or expected is None or when.last_upto(timing, row.first) != row.first:
        result.tell(f"{row.first}: no tick of this timing")
        lost += 1
    if lost > 0:
        _missing(result, lost, expected)


def _missing(result: Account, ticks: int, first: datetime | None) -> None:
    result.missing += ticks
    result.expected += ticks
    result.tell(f"{first}: {ticks} missing from here on")


def _check_frontier(
    result: Account, timing: Timing, cursor: datetime, frontier: datetime | None
) -> None:
    expected = when.next_after(timing, cursor)
    if expected == frontier:
        return
    if frontier is None or (expected is not None and expected < frontier):
        upto = frontier or LATEST
        _missing(result, when.count(timing, cursor, upto) - bool(frontier), expected)
    else:
        result.tell(f"the frontier is {frontier}, but the next tick is {expected}")

"""Ticks that ran before their time, while a clock was ahead. Pure.

The ledger holds them although the frontier has not come to them yet: whatever is decided
about the ticks around them passes over them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from schedules import timing as when
from schedules.policy.decide import COMPLETED, END_REACHED, LIMIT_REACHED, MISSED
from schedules.policy.types import Decision, LedgerRow, Rules, span_row, tick_before
from schedules.timing import Timing

_FIRES = {"pending", "waiting"}
Ticks = Collection[datetime]


def passing_over(rules: Rules, decision: Decision, early: Ticks) -> Decision:
    """`decision` without the ticks of `early`, which have fired already."""
    if not early:
        return decision
    passed = [row for row in decision.rows if _is_early(row, early)]
    fired = sum(row.status in _FIRES for row in passed)
    live = any(row.origin == "schedule" and row.status in _FIRES for row in passed)
    # What the live tick was to replace stays, and so does who waits behind it.
    free = 0 if decision.replaces else sum(row.status == "pending" for row in passed)
    return replace(
        decision,
        rows=_moved_up(around(rules, decision.rows, early), free),
        fired=decision.fired - fired,
        ended=_ended(decision, passed=bool(passed), fired=fired),
        replaces=decision.replaces and not live,
        next_run_at=next_run(rules, decision.frontier, early),
    )


def _moved_up(rows: Iterable[LedgerRow], free: int) -> list[LedgerRow]:
    """`rows`, of which the first in line take the places that those passed over set free."""
    moved: list[LedgerRow] = []
    for row in rows:
        if free and row.status == "waiting" and row.origin == "catch_up":
            free -= 1
            row = row._replace(status="pending")
        moved.append(row)
    return moved


def _ended(decision: Decision, *, passed: bool, fired: int) -> str:
    """The reason why the schedule stops, given how many ticks do not fire again."""
    if decision.ended == MISSED and passed:
        return COMPLETED
    if decision.ended == LIMIT_REACHED and fired:
        return "" if decision.frontier else END_REACHED
    return decision.ended


def around(
    rules: Rules, rows: Iterable[LedgerRow], early: Ticks
) -> Iterator[LedgerRow]:
    """`rows` without the ticks of `early`; a range row is divided at each of them."""
    for row in rows:
        if row.range_end is not None:
            yield from _divided(rules, row, row.range_end, early)
        elif not _is_early(row, early):
            yield row


def _is_early(row: LedgerRow, early: Ticks) -> bool:
    return row.range_end is None and row.scheduled_for in early


def _divided(
    rules: Rules, row: LedgerRow, end: datetime, early: Ticks
) -> Iterator[LedgerRow]:
    first: datetime | None = row.scheduled_for
    for tick in sorted(early):
        if first is None or not first <= tick <= end:
            continue
        if when.last_upto(rules.timing, tick) != tick:
            continue  # a tick of an earlier timing
        last = tick_before(rules, first, tick)
        if last is not None:
            yield span_row(rules, first, last, status=row.status, reason=row.reason)
        first = when.next_after(rules.timing, tick)
    if first is not None and first <= end:
        yield span_row(rules, first, end, status=row.status, reason=row.reason)


def next_run(rules: Rules, frontier: datetime | None, early: Ticks) -> datetime | None:
    """When the first tick from `frontier` on that has not run fires; if all that are left
    have run, when the last of them is passed over."""
    if frontier is None:
        return None
    return rules.due_at(first_left(rules.timing, frontier, early))


def first_left(timing: Timing, frontier: datetime, early: Ticks) -> datetime:
    """The first tick from `frontier` on that has not run; if all have, the last one."""
    tick = frontier
    while tick in early and (following := when.next_after(timing, tick)):
        tick = following
    return tick

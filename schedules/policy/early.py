"""Ticks that ran before their time, while a clock was ahead. Pure.

They are in the ledger although the frontier has not reached them yet, so that decisions about
the ticks around them must pass over them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from schedules import timing as when
from schedules.policy.decide import COMPLETED, END_REACHED, LIMIT_REACHED, MISSED
from schedules.policy.types import Decision, LedgerRow, Rules, range_row, tick_before
from schedules.timing import Timing

_FIRES = {"pending", "waiting"}
Ticks = Collection[datetime]


def passing_over(rules: Rules, decision: Decision, early: Ticks) -> Decision:
    """`decision` without the ticks in `early`, which have fired already."""
    if not early:
        return decision
    passed = [row for row in decision.rows if _has_run(row, early)]
    fired = sum(row.status in _FIRES for row in passed)
    live = any(row.origin == "schedule" and row.status in _FIRES for row in passed)
    # The runs that the live tick would replace stay open, and others keep waiting for them.
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
    """`rows`, with the first `free` waiting ones started in place of those passed over."""
    moved: list[LedgerRow] = []
    for row in rows:
        if free and row.status == "waiting" and row.origin == "catch_up":
            free -= 1
            row = row._replace(status="pending")
        moved.append(row)
    return moved


def _ended(decision: Decision, *, passed: bool, fired: int) -> str:
    """Why the schedule ends, given that `fired` ticks do not fire again."""
    if decision.ended == MISSED and passed:
        return COMPLETED
    if decision.ended == LIMIT_REACHED and fired:
        return "" if decision.frontier else END_REACHED
    return decision.ended


def around(
    rules: Rules, rows: Iterable[LedgerRow], early: Ticks
) -> Iterator[LedgerRow]:
    """`rows` without the ticks in `early`; a range row is split at each of them."""
    for row in rows:
        if row.range_end is not None:
            yield from _split(rules, row, row.range_end, early)
        elif not _has_run(row, early):
            yield row


def _has_run(row: LedgerRow, early: Ticks) -> bool:
    return row.range_end is None and row.scheduled_for in early


def _split(
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
            yield range_row(rules, first, last, status=row.status, reason=row.reason)
        first = when.next_after(rules.timing, tick)
    if first is not None and first <= end:
        yield range_row(rules, first, end, status=row.status, reason=row.reason)


def next_run(rules: Rules, frontier: datetime | None, early: Ticks) -> datetime | None:
    """When the first tick from `frontier` on that has not run yet fires.

    If all of them have run, the time of the last one, at which it is passed over.
    """
    if frontier is None:
        return None
    return rules.due_at(first_left(rules.timing, frontier, early))


def first_left(timing: Timing, frontier: datetime, early: Ticks) -> datetime:
    """The first tick from `frontier` on that has not run yet; if all have, the last one."""
    tick = frontier
    while tick in early and (following := when.next_after(timing, tick)):
        tick = following
    return tick

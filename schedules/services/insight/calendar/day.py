"""The calendar of one day: runs by time, and those that are too many as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from schedules.services.insight.calendar.entries import Entry, together
from schedules.services.insight.calendar.ledger import (
    by_schedule,
    complete_since,
    named,
)
from schedules.services.insight.calendar.month import MOST_RARE
from schedules.services.insight.calendar.planned_day import (
    MOST_LISTED,
    DayPlan,
    plan_day,
)
from schedules.services.insight.calendar.shown import shown
from schedules.services.insight.local_days import LocalDay, local_day
from schedules.timing import Timing, count

# So many of the frequent ones are listed.
MOST_FREQUENT = 60
MOST_TOGETHER = 200
_HOUR = timedelta(hours=1)
_MICROSECOND = timedelta(microseconds=1)
# What the ledger has of a schedule: its name, its runs, those that failed.
Numbers = Mapping[UUID, tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class Frequent:
    """A schedule with many runs on the day: past, failed and to come. `timing`: None if it
    has been deleted."""

    id: UUID
    name: str
    kind: str
    timing: Timing | None
    ran: int
    failed: int
    coming: int


@dataclass(frozen=True, slots=True)
class Day:
    """`ran` is None if the runs of the day are too many to be counted."""

    day: LocalDay
    entries: list[Entry]
    frequent: list[Frequent]
    more_frequent: int
    ran: int | None
    failed: int
    coming: int
    moved: int
    left_out: int


def day_of(*, owner: Any, zone: str, date_: date, now: datetime) -> Day:
    """What ran on the day, what runs, and what will."""
    day = local_day(date_, zone)
    found = shown(owner, day.begins, day.ends)
    planned = plan_day(found.planned, day, now)
    past: Numbers = {}
    is_counted, entries = True, planned.entries
    if day.begins <= now:
        upto = min(day.ends, now + _HOUR)
        since = complete_since(owner, day.begins, upto)
        past, is_counted = by_schedule(owner, since, upto), since == day.begins
        few = [pk for pk, (_, ran, _f) in past.items() if ran <= MOST_LISTED]
        entries = together([*entries, *named(owner, few[:MOST_RARE], since, upto)])
    frequent = _frequent(planned, past)
    return Day(
        day=day,
        entries=entries,
        frequent=frequent[:MOST_FREQUENT],
        more_frequent=max(0, len(frequent) - MOST_FREQUENT),
        ran=sum(ran for _, ran, _f in past.values()) if is_counted else None,
        failed=sum(failed for *_, failed in past.values()),
        coming=planned.total,
        moved=planned.moved,
        left_out=found.left_out,
    )


def _frequent(planned: DayPlan, past: Numbers) -> list[Frequent]:
    """Those that run often on the day, the most first."""
    found = {}
    for each, coming in planned.frequent:
        _, ran, failed = past.get(each.id, ("", 0, 0))
        found[each.id] = Frequent(
            each.id, each.name, each.kind, each.timing, ran, failed, coming
        )
    for pk, (name, ran, failed) in past.items():
        if ran > MOST_LISTED and pk not in found:
            found[pk] = Frequent(pk, name, "active", None, ran, failed, 0)
    return sorted(found.values(), key=lambda each: -each.ran - each.coming)


@dataclass(frozen=True, slots=True)
class Together:
    """Schedules with runs in a short time, and how many each; `more`: those not listed."""

    schedules: list[tuple[UUID, str, int]]
    more: int


def in_short(
    *, owner: Any, begins: datetime, ends: datetime, now: datetime
) -> Together:
    """The schedules that ran between the two times, or will."""
    last, after = ends - _MICROSECOND, max(now, begins - _MICROSECOND)
    found = {}
    if begins <= now:
        for pk, (name, ran, _failed) in by_schedule(owner, begins, ends).items():
            found[pk] = (name, ran)
    for each in shown(owner, begins, ends).planned if last > now else ():
        if coming := count(each.timing, after, last):
            _, ran = found.get(each.id, ("", 0))
            found[each.id] = (each.name, ran + coming)
    rows = sorted((name, str(pk), pk, runs) for pk, (name, runs) in found.items())
    listed = [(pk, name, runs) for name, _text, pk, runs in rows[:MOST_TOGETHER]]
    return Together(listed, len(rows) - len(listed))

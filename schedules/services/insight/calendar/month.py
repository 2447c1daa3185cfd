"""The calendar of some weeks: each day with what is rare by name, and the rest as a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from schedules.services.insight.calendar.entries import Entry, together
from schedules.services.insight.calendar.ledger import Past, counted, named
from schedules.services.insight.calendar.planned import Plan, plan
from schedules.services.insight.calendar.shown import shown, state_of
from schedules.services.insight.load.grid import cells
from schedules.services.insight.local_days import LocalDay, date_at, local_days

HOURS = 24
# The past runs of so many rare schedules are named.
MOST_RARE = 1_000
_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class CalendarDay:
    """By hour of the wall clock: runs that began, those of them that failed, runs to come.
    `is_counted`: whether all past runs of the day are counted."""

    day: LocalDay
    entries: list[Entry] = field(default_factory=list)
    ran: list[int] = field(default_factory=lambda: [0] * HOURS)
    failed: list[int] = field(default_factory=lambda: [0] * HOURS)
    coming: list[int] = field(default_factory=lambda: [0] * HOURS)
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class Weeks:
    days: Sequence[CalendarDay]
    today: date
    left_out: int
    not_named: int


class _Key(NamedTuple):
    owner: Any
    zone: str
    first: date
    days: int
    minute: datetime
    state: tuple[int, datetime | None]


def weeks(*, owner: Any, zone: str, first: date, days: int, now: datetime) -> Weeks:
    """The days from the first on, kept for the minute; a change of a schedule makes it anew."""
    minute = now.replace(second=0, microsecond=0)
    return _made(_Key(owner, zone, first, days, minute, state_of(owner)))


def forget() -> None:
    """Forget the calendars that were kept (in tests)."""
    _made.cache_clear()


@lru_cache(maxsize=16)
def _made(key: _Key) -> Weeks:
    now, local = key.minute, local_days(key.first, key.days, key.zone)
    begins, ends = local[0].begins, local[-1].ends
    found = shown(key.owner, begins, ends)
    made = [CalendarDay(day) for day in local]
    planned = plan(found.planned, local, now)
    _add_coming(made, planned)
    rare = [*planned.rare, *found.ended]
    if begins <= now:
        upto = min(ends, now + _HOUR)  # manual runs and those of a clock that was ahead
        past = counted(key.owner, begins, upto, by_minute=_is_odd(local))
        _add_counted(made, past)
        _add_named(made, named(key.owner, rare[:MOST_RARE], begins, upto))
    for day in made:
        day.entries = together(day.entries)
    left = max(0, len(rare) - MOST_RARE)
    return Weeks(made, date_at(now, key.zone), found.left_out, left)


def _add_coming(made: Sequence[CalendarDay], planned: Plan) -> None:
    grid = cells([day.day for day in made])
    for cell, number in zip(grid, planned.quarters, strict=True):
        made[cell.day].coming[cell.column // 4] += number
    for day, entries in zip(made, planned.entries, strict=True):
        day.entries += entries


def _is_odd(days: Sequence[LocalDay]) -> bool:
    """Whether the hours of the zone do not begin at whole hours in UTC."""
    whole = [
        instant.replace(minute=0, second=0, microsecond=0) + _HOUR
        for day in days
        for instant in (day.begins, day.ends - 2 * _HOUR)
    ]
    return any(days[0].wall(instant).minute for instant in whole)


def _add_counted(made: Sequence[CalendarDay], past: Past) -> None:
    by_date = {day.day.date: day for day in made}
    for each in past.counted:
        wall = made[0].day.wall(each.begins)
        day = by_date[wall.date()]
        day.ran[wall.hour] += each.ran
        day.failed[wall.hour] += each.failed
    for day in made:
        day.is_counted = day.day.begins >= past.complete_since


def _add_named(made: Sequence[CalendarDay], entries: Sequence[Entry]) -> None:
    by_date = {day.day.date: day for day in made}
    for entry in entries:
        by_date[made[0].day.wall(entry.at).date()].entries.append(entry)

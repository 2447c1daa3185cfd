"""The calendar of some weeks: each day with what is rare by name, and the rest as a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from schedules.services.insight.calendar.entries import Entry, together
from schedules.services.insight.calendar.ledger import counted, named
from schedules.services.insight.calendar.planned import plan
from schedules.services.insight.calendar.shown import shown, state_of
from schedules.services.insight.load.grid import Cell, cells
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
    planned, grid = plan(found.planned, local, now), cells(local)
    for number, entries in enumerate(planned.entries):
        made[number].entries += entries
    _add(grid, planned.quarters, [day.coming for day in made])
    rare = [*planned.rare, *found.ended]
    if begins <= now:
        upto = min(ends, now + _HOUR)  # manual runs and those of a clock that was ahead
        past = counted(key.owner, begins, upto)
        _add(grid, past.ran, [day.ran for day in made])
        _add(grid, past.failed, [day.failed for day in made])
        for day in made:
            day.is_counted = day.day.begins >= past.complete_since
        _add_named(made, named(key.owner, rare[:MOST_RARE], begins, upto))
    for day in made:
        day.entries = together(day.entries)
    left = max(0, len(rare) - MOST_RARE)
    return Weeks(made, date_at(now, key.zone), found.left_out, left)


def _add(
    grid: Sequence[Cell], quarters: Sequence[int], hours: Sequence[list[int]]
) -> None:
    """Add the number of each quarter to the hour of its day."""
    for cell, number in zip(grid, quarters, strict=False):
        hours[cell.day][cell.column // 4] += number


def _add_named(made: Sequence[CalendarDay], entries: Sequence[Entry]) -> None:
    by_date = {day.day.date: day for day in made}
    for entry in entries:
        by_date[made[0].day.wall(entry.at).date()].entries.append(entry)

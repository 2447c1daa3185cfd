"""Backfill on the page of a schedule: how many runs it would start, before the click."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.utils.translation import gettext as _

from schedules.admin.page.clock import Clock
from schedules.admin.page.wall_times import NotATime, as_typed, instant
from schedules.exceptions import InvalidSchedule
from schedules.models import OverlapPolicy, ScheduledJob
from schedules.services import ticks_to_backfill
from workflows.display.numbers import grouped

USUAL = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Panel:
    """The two times as typed, wall times in `zone`; and, if they were given, what a backfill
    of this range would run (`about`), or why it would not (`problem`)."""

    zone: str
    begin: str
    end: str
    count: int = 0
    about: str = ""
    problem: str = ""
    is_asked: bool = False


def backfill_panel(schedule: ScheduledJob, begin: str, end: str, clock: Clock) -> Panel:
    """`begin` and `end` as they were typed; empty if nothing was asked."""
    there = Clock(clock.now, schedule.timezone)
    zone = there.zone
    if not (begin or end):
        first = max(schedule.created_at, clock.now - USUAL)
        return Panel(zone, as_typed(first, zone), as_typed(clock.now, zone))
    try:
        first, last = span(begin, end, zone)
        ticks = ticks_to_backfill(schedule, from_at=first, to_at=last)
    except (NotATime, InvalidSchedule) as error:
        return Panel(zone, begin, end, problem=_problem(error), is_asked=True)
    about = _about(ticks, schedule, there)
    return Panel(zone, begin, end, count=len(ticks), about=about, is_asked=True)


def span(begin: str, end: str, zone: str) -> tuple[datetime, datetime]:
    """Raises `NotATime`."""
    return instant(begin, zone), instant(end, zone)


def _problem(error: NotATime | InvalidSchedule) -> str:
    if isinstance(error, NotATime):
        return str(error)
    return " ".join(chain.from_iterable(error.errors.values()))


def _about(ticks: list[datetime], schedule: ScheduledJob, clock: Clock) -> str:
    """The first and the last of them, and in which order they run."""
    if len(ticks) == 1:
        return _("One run: {}.").format(clock.dated(ticks[0]))
    side_by_side = schedule.overlap_policy == OverlapPolicy.ALLOW
    how = _("at once") if side_by_side else _("one after the other, oldest first")
    return _("{count} runs, {first} to {last}, {how}.").format(
        count=grouped(len(ticks)),
        first=clock.dated(ticks[0]),
        last=clock.dated(ticks[-1]),
        how=how,
    )

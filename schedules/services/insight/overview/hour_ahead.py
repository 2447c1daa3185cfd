"""The next hour: how many runs are expected in each minute, and which minutes stand out.

Schedules of one timing are read as one row, so that the cost grows with the timings that a
site has, not with its schedules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Min, Q, When
from django.db.models.functions import Cast

from schedules import timing
from schedules.models import ScheduledJob, ScheduleQuerySet, ScheduleType
from schedules.services.due import timing_of_columns
from schedules.timing import TimingError

MINUTES = 60
HOUR = timedelta(minutes=MINUTES)
_MINUTE = timedelta(minutes=1)
# More timings than these are not read; the page says so.
MOST_TIMINGS = 10_000
# Of so many candidates the chart names those whose names have room.
MOST_PEAKS = 12
# A minute with so many times the usual number of runs stands out.
OUTSTANDING = 2


class Coming(NamedTuple):
    """Active schedules of one timing that run within the hour.

    `first` is the next tick of those that are not on a calendar, and `from_tick` the first
    that the ledger does not have. `late` of them are overdue.
    """

    schedule_type: str
    cron_expression: str
    timezone: str
    interval_seconds: int | None
    end_at: datetime | None
    jitter_seconds: int
    runs_left: int | None
    first: datetime | None
    schedules: int
    late: int
    from_tick: datetime
    id: str  # of one of them


@dataclass(frozen=True, slots=True)
class Peak:
    """A minute that stands out.

    `singles` is the number of schedules that run in it and in no other minute of the hour;
    `single` and `name` are those of the schedule if there is one only.
    """

    minute: int
    runs: int
    singles: int
    single: UUID | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class HourAhead:
    begins: datetime  # a whole minute
    runs: list[int]  # in each minute
    schedules: int
    peaks: list[Peak] = field(default_factory=list)  # the highest first
    is_whole: bool = True  # else there are more timings than are read

    @property
    def total(self) -> int:
        return sum(self.runs)

    def at(self, minute: int) -> datetime:
        return self.begins + minute * _MINUTE


def hour_ahead(schedules: ScheduleQuerySet, *, now: datetime) -> HourAhead:
    """The hour from the minute of `now` on, in two queries."""
    on_calendar = When(schedule_type=ScheduleType.CRON, then=None)
    rows = (
        schedules.due(_whole_minute(now) + HOUR)
        .exclude(next_tick_at=None)
        .order_by()
        .annotate(
            runs_left=F("max_runs") - F("fired_count"),
            first=Case(on_calendar, default=F("next_tick_at")),
        )
        .values_list(*Coming._fields[:8])
        .annotate(
            schedules=Count("id"),
            late=Count("id", filter=Q(next_run_at__lte=now)),
            from_tick=Min("next_tick_at"),
            # PostgreSQL has no smallest UUID.
            one=Min(Cast("id", CharField())),
        )
    )
    coming = [Coming._make(row) for row in rows[: MOST_TIMINGS + 1]]
    found = expected(coming[:MOST_TIMINGS], now=now)
    singles = [peak.single for peak in found.peaks if peak.single]
    named = ScheduledJob.objects.filter(pk__in=singles)
    names = dict(named.values_list("pk", "name"))
    peaks = [
        replace(peak, name=names.get(peak.single, "")) if peak.single else peak
        for peak in found.peaks
    ]
    return replace(found, peaks=peaks, is_whole=len(coming) <= MOST_TIMINGS)


def expected(coming: Iterable[Coming], *, now: datetime) -> HourAhead:
    """The runs of these schedules in each minute of the hour from the minute of `now` on."""
    runs, schedules = [0] * MINUTES, 0
    singles: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for each in coming:
        minutes = minutes_of(each, now=now)
        runs[0] += each.late  # they run as soon as something fires
        for minute in minutes:
            runs[minute] += each.schedules
        if minutes or each.late:
            schedules += each.schedules if minutes else each.late
        if len(minutes) == 1:
            singles[minutes[0]].append((each.schedules, each.id))
    return HourAhead(_whole_minute(now), runs, schedules, list(_peaks(runs, singles)))


def minutes_of(coming: Coming, *, now: datetime) -> list[int]:
    """The minutes in which each of these runs after now, as often as it runs in them; none
    for a timing that is not valid any more.

    The jitter of a tick differs from schedule to schedule: half of it stands for all.
    """
    begins = _whole_minute(now)
    shift = coming.jitter_seconds / 2
    seconds = (
        _calendar_seconds(coming, begins, now)
        if coming.schedule_type == ScheduleType.CRON
        else _elapsed_seconds(coming, begins, now)
    )
    minutes = [
        int(second + shift) // 60
        for second in seconds
        if second + shift < HOUR.total_seconds()
    ]
    left = coming.runs_left
    return minutes if left is None else minutes[: max(0, left - bool(coming.late))]


def _calendar_seconds(
    coming: Coming, begins: datetime, now: datetime
) -> Iterator[float]:
    columns = (coming.schedule_type, coming.cron_expression, coming.timezone)
    try:
        rule = timing_of_columns(*columns, None, None, None, None, coming.end_at)
    except TimingError:
        return
    for tick in timing.between(rule, now, begins + HOUR, MINUTES + 1):
        if tick >= coming.from_tick:
            yield (tick - begins).total_seconds()


def _elapsed_seconds(
    coming: Coming, begins: datetime, now: datetime
) -> Iterator[float]:
    """By numbers alone: intervals differ from schedule to schedule."""
    if coming.first is None:
        return
    at = (coming.first - begins).total_seconds()
    passed = (now - begins).total_seconds()
    ends = HOUR.total_seconds()
    if coming.end_at is not None:
        ends = min(ends, (coming.end_at - begins).total_seconds() + 1)
    if not coming.interval_seconds:
        if passed < at < ends:
            yield at
        return
    if at <= passed:
        at += ((passed - at) // coming.interval_seconds + 1) * coming.interval_seconds
    while at < ends:
        yield at
        at += coming.interval_seconds


def _peaks(
    runs: list[int], singles: dict[int, list[tuple[int, str]]]
) -> Iterator[Peak]:
    """The minutes that stand out, the highest first: those with many runs, and those in
    which a schedule has its only run of the hour."""
    bar = max(OUTSTANDING * median(runs), 1)
    candidates = [
        minute for minute in range(MINUTES) if runs[minute] > bar or minute in singles
    ]
    candidates.sort(key=lambda minute: (-runs[minute], minute))
    for minute in candidates[:MOST_PEAKS]:
        alone = singles.get(minute, [])
        number = sum(schedules for schedules, _ in alone)
        single = UUID(alone[0][1]) if number == 1 else None
        yield Peak(minute, runs[minute], number, single)


def _whole_minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)

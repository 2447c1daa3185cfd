"""The coming runs of a schedule, and the clock changes among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from schedules import timing
from schedules.models import ScheduledJob
from schedules.services.insight.preview import PreviewTick, preview_schedule
from schedules.timing import CronTiming, OnceTiming, zones

# A clock change is of interest if a run follows it within a week.
NEAR = timedelta(days=7)
SECOND = timedelta(seconds=1)

# What a clock change does to the runs after it: one is moved to its end; of a wall time that
# is repeated only the first counts; wall times stay the same; elapsed time does.
Effect = Literal["moved", "repeated", "same_time", "same_distance"]


@dataclass(frozen=True, slots=True)
class ClockChange:
    """At the instant `at` the clock of the schedule's zone reads `new` instead of `old`, and
    its time is called by another name. `wall`: the wall time that does not exist, or that is
    repeated."""

    at: datetime
    old: datetime
    old_name: str
    new: datetime
    new_name: str
    effect: Effect
    wall: datetime | None = None

    @property
    def is_forward(self) -> bool:
        return self.new > self.old


@dataclass(frozen=True, slots=True)
class ComingRun:
    """One coming run. `instead_of`: the wall time that the clock skips that day."""

    tick: PreviewTick
    instead_of: datetime | None = None


Row = ClockChange | ComingRun


def coming(schedule: ScheduledJob, *, count: int, now: datetime) -> list[Row]:
    """The next `count` runs after `now`, of a paused schedule as if it were resumed now, with
    the clock changes among them, in the order of time.

    Raises `InvalidSchedule` if the timing is no longer valid.
    """
    ticks = preview_schedule(schedule, count=count, now=now).ticks
    return rows_of(schedule, ticks, now=now)


def rows_of(
    schedule: ScheduledJob, ticks: Sequence[PreviewTick], *, now: datetime
) -> list[Row]:
    """These ticks of the schedule, which may be a draft, after `now`, with the clock changes
    among them."""
    rows: list[Row] = []
    previous = now
    for tick in ticks:
        rows += _changes(schedule, tick, previous)
        moved = timing.skipped_wall_time(schedule.timing, tick.scheduled_for)
        rows.append(ComingRun(tick, moved))
        previous = tick.scheduled_for
    # The hour that is repeated comes after the run in it.
    return [*rows, *_after(schedule, ticks)]


def _changes(
    schedule: ScheduledJob, tick: PreviewTick, previous: datetime
) -> Iterator[ClockChange]:
    """The clock changes shortly before a tick, or at it, and after the `previous` one."""
    at = tick.scheduled_for
    after = max(previous, at - NEAR)
    for change in zones.offset_changes(schedule.timezone, after, at):
        yield _change(schedule, change, tick, previous)


def _after(schedule: ScheduledJob, ticks: Sequence[PreviewTick]) -> Sequence[Row]:
    """The clock change that repeats the hour of the last tick."""
    if not ticks or not ticks[-1].first_of_two:
        return []
    at = ticks[-1].scheduled_for
    changes = zones.offset_changes(schedule.timezone, at, at + timedelta(days=1))
    return [_change(schedule, each, ticks[-1], at) for each in list(changes)[:1]]


def _change(
    schedule: ScheduledJob,
    change: zones.OffsetChange,
    tick: PreviewTick,
    previous: datetime,
) -> ClockChange:
    zone = schedule.timezone
    before, after = (
        zones.local_time(at, zone) for at in (change.at - SECOND, change.at)
    )
    effect, wall = _effect(schedule, change, tick, previous)
    names = before.tzname() or "", after.tzname() or ""
    return ClockChange(
        change.at, change.old, names[0], change.new, names[1], effect, wall
    )


def _effect(
    schedule: ScheduledJob,
    change: zones.OffsetChange,
    tick: PreviewTick,
    previous: datetime,
) -> tuple[Effect, datetime | None]:
    rule = schedule.timing
    if not isinstance(rule, CronTiming | OnceTiming):
        return "same_distance", None
    if tick.scheduled_for == change.at and tick.moved_by_gap:
        return "moved", timing.skipped_wall_time(rule, tick.scheduled_for)
    repeated = zones.is_repeated(schedule.timezone, previous)
    if repeated and change.at - previous < timedelta(days=1):
        return "repeated", zones.wall_time(previous, schedule.timezone)
    return "same_time", None


def one_wall_time(rows: list[Row]) -> datetime | None:
    """The wall time of the runs, if it is the same for all (of those not moved)."""
    runs = [row for row in rows if isinstance(row, ComingRun) and not row.instead_of]
    times = [run.tick.local.timetz().replace(tzinfo=None) for run in runs]
    same = all(one == other for one, other in pairwise(times))
    return runs[0].tick.local if runs and same else None

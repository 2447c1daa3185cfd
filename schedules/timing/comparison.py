"""Comparing timings: whether two mean the same, and the minimum interval of one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise

from schedules.timing import zones
from schedules.timing.cron import parse
from schedules.timing.kinds import (
    CronTiming,
    IntervalTiming,
    ManualTiming,
    OnceTiming,
    Timing,
)
from schedules.timing.ticks import between, last_upto
from schedules.timing.wall_times import WallTimes

_TWO_YEARS = timedelta(days=731)
# After 28 years the weekdays repeat.
_CALENDAR = (datetime(2001, 1, 1), datetime(2029, 1, 1))  # noqa: DTZ001 - wall times


def minimum_interval(timing: Timing, after: datetime) -> timedelta | None:
    """The minimum interval between two ticks of `timing`, regardless of its bounds.

    It is calculated without listing the ticks, and includes the clock changes in the two years
    after `after`, which can bring ticks closer together. None if there are not two ticks.
    """
    if isinstance(timing, OnceTiming | ManualTiming):
        return None
    if isinstance(timing, IntervalTiming):
        return timedelta(seconds=timing.every_seconds)
    endless = CronTiming(timing.expression, timing.timezone)
    upto = min(after, zones.LATEST - _TWO_YEARS) + _TWO_YEARS
    moves = zones.offset_changes(timing.timezone, after.astimezone(UTC), upto)
    around = [_intervals_around(endless, move.at) for move in moves]
    return min([parse(timing.expression).minimum_interval, *chain(*around)])


def _intervals_around(timing: Timing, move: datetime) -> Iterator[timedelta]:
    """The intervals between the last tick before a clock change and the next two."""
    before = move - timedelta(seconds=1)
    ticks = [last_upto(timing, before), *between(timing, before, zones.LATEST, 2)]
    return (later - tick for tick, later in pairwise(ticks) if tick and later)


def alike(one: Timing, other: Timing) -> bool:
    """Whether two timings mean the same, regardless of spelling and bounds.

    They do if they have the same wall times in the same zone, the same interval or the same
    instant; or if one is an interval and the other has wall times that far apart (24 hours
    and `@daily`).
    """
    match one, other:
        case CronTiming(), CronTiming():
            same_clock = one.timezone == other.timezone
            return same_clock and parse(one.expression) == parse(other.expression)
        case IntervalTiming(), IntervalTiming():
            return one.every_seconds == other.every_seconds
        case OnceTiming(), OnceTiming():
            return one.run_at == other.run_at
        case ManualTiming(), ManualTiming():
            return True
        case (CronTiming() as cron, IntervalTiming() as interval) | (
            IntervalTiming() as interval,
            CronTiming() as cron,
        ):
            return _is_every(parse(cron.expression), interval.every_seconds)
    return False


def _is_every(times: WallTimes, seconds: int) -> bool:
    """Whether the wall times are exactly `seconds` apart, without exception."""
    every = timedelta(seconds=seconds)
    if times.minimum_interval != every:
        return False
    return times.count(*_CALENDAR) * every == _CALENDAR[1] - _CALENDAR[0]

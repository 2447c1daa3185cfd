"""The ticks of a timing, counted for each quarter of an hour of a stretch of time.

For every second of a week that is 672 numbers, and none of the 604,800 ticks is made. Quarters
begin at whole quarters of an hour in UTC, so that they are those of the wall clock as well:
the offset of every zone of today is a multiple of them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise, repeat
from math import gcd
from operator import floordiv, sub

from schedules.timing import zones
from schedules.timing.cron import parse
from schedules.timing.kinds import CronTiming, IntervalTiming, OnceTiming, Timing
from schedules.timing.ticks import count
from schedules.timing.wall_times import DAY_QUARTERS, WallTimes
from schedules.timing.wall_times import QUARTER as QUARTER
from schedules.timing.zones import Period

_SECONDS = QUARTER // timedelta(seconds=1)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


def quarter_of(instant: datetime) -> datetime:
    """The beginning of its quarter of an hour."""
    instant = instant.astimezone(UTC)
    return instant.replace(minute=instant.minute // 15 * 15, second=0, microsecond=0)


def per_quarter(timing: Timing, begins: datetime, quarters: int) -> list[int]:
    """How many ticks lie in each of so many quarters from `begins`, the start of one."""
    ends = begins + quarters * QUARTER
    if isinstance(timing, CronTiming):
        counts = _of_cron(timing, begins, ends)
    elif isinstance(timing, IntervalTiming):
        counts = _of_interval(timing, begins, quarters)
    else:
        counts = [0] * quarters
        if isinstance(timing, OnceTiming) and begins <= timing.run_at < ends:
            counts[(timing.run_at - begins) // QUARTER] = 1
    return _clipped(counts, timing, begins)


def rhythm(timing: Timing, begins: datetime, quarters: int) -> Hashable:
    """A key: timings with the same one have the same counts in these quarters."""
    ends = begins + quarters * QUARTER
    starts_later = timing.start_at is not None and timing.start_at > begins
    ends_earlier = timing.end_at is not None and timing.end_at < ends
    if starts_later or ends_earlier:
        return timing
    if isinstance(timing, CronTiming):
        return timing.expression, timing.timezone
    if isinstance(timing, IntervalTiming):
        every, first = timing.every_seconds, _first_second(timing, begins)
        # A tick moves to another quarter only by what interval and quarter have in common.
        return every, first // gcd(every, _SECONDS)
    if isinstance(timing, OnceTiming) and begins <= timing.run_at < ends:
        return (timing.run_at - begins) // QUARTER
    return timing


def _first_second(timing: IntervalTiming, begins: datetime) -> int:
    """The seconds from `begins` to its first tick not before then."""
    elapsed = (begins - timing.anchor_at) // _SECOND
    return -elapsed if elapsed < 0 else -elapsed % timing.every_seconds


def _of_interval(timing: IntervalTiming, begins: datetime, quarters: int) -> list[int]:
    every, elapsed = timing.every_seconds, (begins - timing.anchor_at) // _SECOND
    if every < _SECONDS:
        upto = range(elapsed - 1, elapsed + quarters * _SECONDS, _SECONDS)
        before = min(len(upto), max(0, -(upto[0] // _SECONDS)))
        passed = [-1] * before + [*map(floordiv, upto[before:], repeat(every))]
        return [*map(sub, passed[1:], passed)]
    counts = [0] * quarters
    for second in range(_first_second(timing, begins), quarters * _SECONDS, every):
        counts[second // _SECONDS] = 1
    return counts


def _of_cron(timing: CronTiming, begins: datetime, ends: datetime) -> list[int]:
    counts = [0] * ((ends - begins) // QUARTER)
    times = parse(timing.expression)
    for period, start, stop in _periods(timing.timezone, begins, ends):
        if not _is_aligned(period, start, stop):
            return _one_by_one(timing, begins, len(counts))
        reading, last = period.reading(start), period.reading(stop)
        if not times.every_hour:
            # Wall times that are repeated have ticked the first time.
            again = period.already_read + _SECOND
            start += max(timedelta(0), min(again, last) - reading)
            reading = max(reading, min(again, last))
        place = (start - begins) // QUARTER
        counts[place : place + (last - reading) // QUARTER] = _read(
            times, reading, last
        )
    if not times.every_hour:
        _add_gaps(counts, times, timing.timezone, begins, ends)
    return counts


def _add_gaps(
    counts: list[int], times: WallTimes, zone: str, begins: datetime, ends: datetime
) -> None:
    """Wall times that the clock skips have one common tick, at the end of the gap."""
    for change in zones.offset_changes(zone, begins - _SECOND, ends - _SECOND):
        skipped = times.count(change.old - _SECOND, change.new - _SECOND)
        if skipped and not times.count(change.new - _SECOND, change.new):
            counts[(change.at - begins) // QUARTER] += 1


def _read(times: WallTimes, reading: datetime, last: datetime) -> list[int]:
    """The wall times in each quarter that the clock reads from `reading` to before `last`."""
    counts: list[int] = []
    day = reading.replace(hour=0, minute=0)
    while day < last:
        if times.is_on(day):
            first = max(reading - day, timedelta(0)) // QUARTER
            counts += times.of_day[first : min(last - day, _DAY) // QUARTER]
        else:
            counts += [0] * ((min(last, day + _DAY) - max(reading, day)) // QUARTER)
        day += _DAY
    return counts


def _periods(
    zone: str, begins: datetime, ends: datetime
) -> Iterator[tuple[Period, datetime, datetime]]:
    """The periods without clock changes, and the part of each that counts."""
    while begins < ends:
        period = zones.period_at(zone, begins)
        yield period, begins, min(period.ends, ends)
        begins = period.ends


def _is_aligned(period: Period, *instants: datetime) -> bool:
    """Whether quarters in UTC are quarters of the wall clock; before 1972 some were not."""
    return all(
        (time.minute % 15, time.second) == (0, 0)
        for time in (period.at_epoch, *instants)
    )


def _one_by_one(timing: Timing, begins: datetime, quarters: int) -> list[int]:
    starts = [begins + number * QUARTER - _SECOND for number in range(quarters + 1)]
    return [count(timing, start, upto) for start, upto in pairwise(starts)]


def _clipped(counts: list[int], timing: Timing, begins: datetime) -> list[int]:
    """Without what lies before `start_at` or after `end_at`."""
    for bound in (timing.start_at, timing.end_at):
        place = (bound - begins) // QUARTER if bound else -1
        if bound and 0 <= place < len(counts):
            counts[place] = _one_by_one(timing, begins + place * QUARTER, 1)[0]
    if timing.start_at:
        before = max(0, min(len(counts), (timing.start_at - begins) // QUARTER))
        counts[:before] = [0] * before
    if timing.end_at:
        upto = max(0, min(len(counts), (timing.end_at - begins) // QUARTER + 1))
        counts[upto:] = [0] * (len(counts) - upto)
    return counts


assert _DAY == DAY_QUARTERS * QUARTER

"""From wall times to ticks in a time zone: the rules for clock changes.

An expression that leaves out some hours of the day follows the wall clock. It has one tick for
each wall time. A wall time that is repeated, because the clock is put back, ticks the first
time. Wall times that the clock skips (a "gap") have one common tick at the end of the gap.
`zones.instant_of` is that rule, for one-offs as well.

An expression with all 24 hours follows real time. It has a tick at each instant at which the
clock reads one of its wall times: twice if it is repeated, and never if it is skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, Protocol

from schedules.timing import zones
from schedules.timing.cron import parse
from schedules.timing.wall_times import WallTimes

Note = Literal["moved_by_gap", "first_of_two"]

_SECOND = timedelta(seconds=1)
# No clock is moved by more than this. So only the surroundings of two ticks need to be searched
# for clock changes, not the forty years that may lie between them.
_REACH = timedelta(days=2)
# Wall times beyond these are not ticks in any zone, and may not be a datetime in UTC.
_FIRST_WALL = zones.EARLIEST.replace(tzinfo=None) - timedelta(days=1)
_LAST_WALL = zones.LATEST.replace(tzinfo=None) + timedelta(days=1)


class CronTicks(Protocol):
    """The ticks of a cron expression in a zone. Instants are in UTC."""

    def next(self, after: datetime) -> datetime | None:
        """The first tick later than `after`."""

    def last(self, upto: datetime) -> datetime | None:
        """The last tick not later than `upto`."""

    def count(self, after: datetime, upto: datetime) -> int:
        """How many ticks lie in (after, upto]."""

    def note(self, tick: datetime) -> Note | None:
        """How a clock change affected `tick`."""

    def skipped_wall(self, tick: datetime) -> datetime | None:
        """The wall time that `tick` stands for, if the clock skips it."""


@lru_cache(maxsize=4096)
def cron_ticks(expression: str, timezone: str) -> CronTicks:
    """The ticks of a valid expression in a valid zone."""
    times = parse(expression)
    kind = RealTimeTicks if times.every_hour else WallClockTicks
    return kind(times, timezone)


@dataclass(frozen=True, slots=True)
class WallClockTicks:
    """One tick for each wall time."""

    times: WallTimes
    timezone: str

    def next(self, after: datetime) -> datetime | None:
        return self._tick(self.times.next(self._passed(after)))

    def last(self, upto: datetime) -> datetime | None:
        return self._tick(self.times.last(self._passed(upto)))

    def count(self, after: datetime, upto: datetime) -> int:
        count = self.times.count(self._passed(after), self._passed(upto))
        for change in zones.offset_changes(self.timezone, after, upto):
            merged = self.times.count(change.old - _SECOND, change.new)
            count -= max(0, merged - 1)
        return count

    def note(self, tick: datetime) -> Note | None:
        if self.skipped_wall(tick) is not None:
            return "moved_by_gap"
        return "first_of_two" if zones.is_repeated(self.timezone, tick) else None

    def skipped_wall(self, tick: datetime) -> datetime | None:
        for change in zones.offset_changes(self.timezone, tick - _SECOND, tick):
            wall = self.times.next(change.old - _SECOND)
            if wall is not None and wall < change.new:
                return wall
        return None

    def _passed(self, instant: datetime) -> datetime:
        """The latest wall time whose tick is not later than `instant`."""
        period = zones.period_at(self.timezone, instant)
        # Wall times that are repeated have ticked the first time.
        return max(period.reading(instant), period.already_read)

    def _tick(self, wall: datetime | None) -> datetime | None:
        if wall is None or not _FIRST_WALL < wall < _LAST_WALL:
            return None
        return zones.instant_of(wall, self.timezone)


@dataclass(frozen=True, slots=True)
class RealTimeTicks:
    """A tick at each instant at which the clock reads one of the wall times."""

    times: WallTimes
    timezone: str

    def next(self, after: datetime) -> datetime | None:
        period = zones.period_at(self.timezone, after)
        reading = period.reading(after)
        while (wall := self.times.next(reading)) and wall < _LAST_WALL:
            tick = period.instant(wall)
            if tick < period.ends:
                return tick
            is_near = period.ends <= after + _REACH
            after = period.ends if is_near else max(period.ends, tick - _REACH)
            period = zones.period_at(self.timezone, after)
            reading = period.reading(after) - _SECOND
        return None

    def last(self, upto: datetime) -> datetime | None:
        period = zones.period_at(self.timezone, upto)
        reading = period.reading(upto)
        while (wall := self.times.last(reading)) and wall > _FIRST_WALL:
            tick = period.instant(wall)
            if tick >= period.begins:
                return tick
            is_near = period.begins > upto - _REACH
            before = period.begins - _SECOND
            upto = before if is_near else min(before, tick + _REACH)
            period = zones.period_at(self.timezone, upto)
            reading = period.reading(upto)
        return None

    def count(self, after: datetime, upto: datetime) -> int:
        count, reading = 0, zones.wall_time(after, self.timezone)
        for change in zones.offset_changes(self.timezone, after, upto):
            count += self.times.count(reading, change.old - _SECOND)
            reading = change.new - _SECOND
        return count + self.times.count(reading, zones.wall_time(upto, self.timezone))

    def note(self, tick: datetime) -> Note | None:
        return None

    def skipped_wall(self, tick: datetime) -> datetime | None:
        return None

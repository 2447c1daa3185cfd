"""Sets of wall times: the meaning of a cron expression without a time zone.

Only this module enumerates and counts them, by arithmetic on the matching days of a year,
which is exact in both directions.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise

from schedules.timing.days import DayRule, MatchingDays, day_of_year, matching_days

DAY_MINUTES = 24 * 60
QUARTER = timedelta(minutes=15)
DAY_QUARTERS = DAY_MINUTES // 15
# The offset of each day of the year, and of each minute of the day. They are created once,
# because that takes longer than the rest of a calculation.
_DAYS = [timedelta(days=day - 1) for day in range(367)]
_MINUTES = [timedelta(minutes=minute) for minute in range(DAY_MINUTES)]


@dataclass(frozen=True)
class WallTimes:
    """All combinations of the hours and minutes, on every day that matches a rule."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    rules: tuple[DayRule, ...]

    @property
    def every_hour(self) -> bool:
        """Whether it follows real time through clock changes."""
        return len(self.hours) == 24

    def next(self, after: datetime) -> datetime | None:
        """The first wall time later than `after`; None beyond the horizon."""
        year, today, times = after.year, day_of_year(after), self._times
        minute = 60 * after.hour + after.minute
        if minute < times[-1] and self._days.of_year(year) >> today & 1:
            return _wall_time(year, today, times[bisect_right(times, minute)])
        day = self._days.next(year, today)
        return _wall_time(*day, times[0]) if day else None

    def last(self, upto: datetime) -> datetime | None:
        """The last wall time not later than `upto`; None beyond the horizon."""
        year, today, times = upto.year, day_of_year(upto), self._times
        minute = 60 * upto.hour + upto.minute
        if minute >= times[0] and self._days.of_year(year) >> today & 1:
            return _wall_time(year, today, times[bisect_right(times, minute) - 1])
        day = self._days.last(year, today)
        return _wall_time(*day, times[-1]) if day else None

    def count(self, after: datetime, upto: datetime) -> int:
        """How many lie in (after, upto]."""
        if upto <= after:
            return 0
        return self._rank(upto, after.year) - self._rank(after, after.year)

    def is_on(self, day: datetime) -> bool:
        """Whether its day matches."""
        return bool(self._days.of_year(day.year) >> day_of_year(day) & 1)

    @cached_property
    def of_day(self) -> list[int]:
        """How many lie in each quarter of an hour of a day that matches."""
        counts = [0] * DAY_QUARTERS
        for minute in self._times:
            counts[minute // 15] += 1
        return counts

    @cached_property
    def minimum_interval(self) -> timedelta:
        """The minimum interval between two wall times, without clock changes.

        At most 28 years, after which the calendar repeats.
        """
        within_a_day = [later - time for time, later in pairwise(self._times)]
        day_long = self._times[-1] - self._times[0]
        overnight = DAY_MINUTES * self._nearest_days() - day_long
        return timedelta(minutes=min([*within_a_day, overnight]))

    def _nearest_days(self) -> int:
        """The number of days from one matching day to the next, where it is smallest."""
        nearest = 28 * 365
        for day, later in pairwise(self._days.ordinals(range(2000, 2029))):
            nearest = min(nearest, later - day)
            if nearest == 1:
                break
        return nearest

    def _rank(self, wall: datetime, since: int) -> int:
        """The number of wall times up to `wall`, from the beginning of the year `since`."""
        today = day_of_year(wall)
        rank = self._days.count_before(wall.year, today, since) * len(self._times)
        if self._days.of_year(wall.year) >> today & 1:
            rank += bisect_right(self._times, 60 * wall.hour + wall.minute)
        return rank

    @cached_property
    def _times(self) -> list[int]:
        """Every hour and minute of a matching day, in minutes since midnight."""
        return [60 * hour + minute for hour in self.hours for minute in self.minutes]

    @cached_property
    def _days(self) -> MatchingDays:
        return matching_days(self.rules)


def _wall_time(year: int, day: int, minute: int) -> datetime:
    new_year = datetime(year, 1, 1)  # noqa: DTZ001 - a wall time
    return new_year + _DAYS[day] + _MINUTES[minute]

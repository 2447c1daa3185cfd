"""Sets of wall times: what a cron expression means before any time zone.

croniter enumerates; it is only ever handed canonical text and naive times. Counting
is arithmetic on the matching days of a year, and so is enumerating where a day needs
the calendar (`L`, `W`, `#`).
"""

from __future__ import annotations

import calendar
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise

from croniter import CroniterError, croniter

from schedules.timing.months import Month

# 29 February on a given weekday can be 40 years away, across 2100.
_HORIZON_YEARS = 50
DAY_MINUTES = 24 * 60
_SECOND = timedelta(seconds=1)
_ANY_START = datetime(2000, 1, 1)  # noqa: DTZ001 - a wall time
# Nothing within the horizon, or the end of the calendar (the years 1 and 9999), which
# croniter shows by whatever datetime happens to raise.
_NONE_LEFT = (CroniterError, ValueError, OverflowError)


@dataclass(frozen=True, slots=True)
class DayRule:
    """One way for a day to match: day of month, month and weekday must all agree.

    `text` says so in three canonical cron fields. `plain` holds the same as numbers,
    or None where an `L`, `W` or `#` needs a calendar.
    """

    text: str
    plain: tuple[frozenset[int], frozenset[int], frozenset[int]] | None

    @property
    def months(self) -> frozenset[int]:
        return _listed_numbers(self.text.split()[1], range(1, 13))

    def days(self, year: int) -> Iterator[date]:
        """The days of `year` that match, oldest first."""
        return (
            date(year, number, day)
            for number in sorted(self.months)
            for day in sorted(self.days_of(Month.of(year, number)))
        )

    def days_of(self, month: Month) -> list[int]:
        """The days of a month that match, whichever month of the year it is."""
        if self.plain is None:
            return self._days_by_calendar(month)
        monthdays, _, weekdays = self.plain
        return [
            day
            for day in monthdays
            if day <= month.last and month.weekday(day) in weekdays
        ]

    def _days_by_calendar(self, month: Month) -> list[int]:
        """By reckoning: with dozens of them croniter takes milliseconds for each day."""
        day, _, weekday = self.text.split()
        if "#" in weekday:
            which, nth = map(int, weekday.split("#"))
            matching = month.nth_weekday(which, nth)
        elif weekday.startswith("l"):
            matching = month.last_weekday(int(weekday[1:]))
        elif day.endswith("w"):
            matching = month.nearest_workday(int(day[:-1]))
        else:
            is_listed = month.weekday(month.last) in _listed_numbers(weekday, range(7))
            matching = month.last if is_listed else None
        return [matching] if matching else []


def _listed_numbers(field: str, every: range) -> frozenset[int]:
    return frozenset(every if field == "*" else map(int, field.split(",")))


@dataclass(frozen=True)
class WallTimes:
    """Every hour and minute listed, of every day that matches one of the rules."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    rules: tuple[DayRule, ...]

    @property
    def every_hour(self) -> bool:
        """Whether it follows real time through clock changes."""
        return len(self.hours) == 24

    def next(self, after: datetime) -> datetime | None:
        """The first wall time later than `after`; None beyond the horizon."""
        if self._needs_calendar:
            return self._next_by_days(after)
        found = (_next(text, after) for text in self._texts)
        return min((wall for wall in found if wall), default=None)

    def last(self, upto: datetime) -> datetime | None:
        """The last wall time not later than `upto`; None beyond the horizon."""
        if self._needs_calendar:
            return self._last_by_days(upto)
        found = (_previous(text, upto + _SECOND) for text in self._texts)
        return max((wall for wall in found if wall), default=None)

    def count(self, after: datetime, upto: datetime) -> int:
        """How many lie in (after, upto]: days times hours times minutes."""
        if upto <= after:
            return 0
        return self._rank(upto, after.year) - self._rank(after, after.year)

    @property
    def _needs_calendar(self) -> bool:
        """With dozens of `W`, croniter takes milliseconds for each next time."""
        return any(rule.plain is None for rule in self.rules)

    def _next_by_days(self, after: datetime) -> datetime | None:
        today, minute = after.timetuple().tm_yday, _minute_of(after)
        if minute < self._times[-1] and self._has(after.year, today):
            later = self._times[bisect_right(self._times, minute)]
            return _wall_time(after.year, today, later)
        for year in range(after.year, min(after.year + _HORIZON_YEARS, MAXYEAR) + 1):
            days = _yeardays(self.rules, year)
            place = bisect_right(days, today) if year == after.year else 0
            if place < len(days):
                return _wall_time(year, days[place], self._times[0])
        return None

    def _last_by_days(self, upto: datetime) -> datetime | None:
        today, minute = upto.timetuple().tm_yday, _minute_of(upto)
        if minute >= self._times[0] and self._has(upto.year, today):
            earlier = self._times[bisect_right(self._times, minute) - 1]
            return _wall_time(upto.year, today, earlier)
        for year in range(upto.year, max(upto.year - _HORIZON_YEARS, MINYEAR) - 1, -1):
            days = _yeardays(self.rules, year)
            place = bisect_left(days, today) if year == upto.year else len(days)
            if place:
                return _wall_time(year, days[place - 1], self._times[-1])
        return None

    def _has(self, year: int, yearday: int) -> bool:
        days = _yeardays(self.rules, year)
        return bisect_right(days, yearday) > bisect_left(days, yearday)

    @cached_property
    def _times(self) -> list[int]:
        """Every hour and minute of a matching day, in minutes since midnight."""
        return [60 * hour + minute for hour in self.hours for minute in self.minutes]

    @cached_property
    def shortest_distance(self) -> timedelta:
        """The least between two of them, as the clock on the wall reads.

        Where no two lie within 28 years, after which calendars repeat, those 28 years.
        """
        within_a_day = [later - time for time, later in pairwise(self._times)]
        day_long = self._times[-1] - self._times[0]
        overnight = DAY_MINUTES * self._nearest_days() - day_long
        return timedelta(minutes=min([*within_a_day, overnight]))

    def _nearest_days(self) -> int:
        """How many days lie between the two closest days that match."""
        days = (
            date(year, 1, 1).toordinal() + day
            for year in range(2000, 2029)
            for day in _yeardays(self.rules, year)
        )
        nearest = 28 * 365
        for day, later in pairwise(days):
            nearest = min(nearest, later - day)
            if nearest == 1:
                break
        return nearest

    @cached_property
    def _texts(self) -> list[str]:
        time = f"{listed(self.minutes, 60)} {listed(self.hours, 24)}"
        return [f"{time} {rule.text}" for rule in self.rules]

    def _rank(self, wall: datetime, since: int) -> int:
        """How many wall times from the year `since` on are not later than `wall`."""
        years = range(since, wall.year)
        earlier = sum(len(_yeardays(self.rules, year)) for year in years)
        this_year, today = _yeardays(self.rules, wall.year), wall.timetuple().tm_yday
        days = earlier + bisect_left(this_year, today)
        rank = days * len(self.hours) * len(self.minutes)
        if not self._has(wall.year, today):
            return rank
        rank += bisect_left(self.hours, wall.hour) * len(self.minutes)
        if wall.hour in self.hours:
            rank += bisect_right(self.minutes, wall.minute)
        return rank


def _minute_of(wall: datetime) -> int:
    return 60 * wall.hour + wall.minute


def _wall_time(year: int, yearday: int, minute: int) -> datetime:
    new_year = datetime(year, 1, 1)  # noqa: DTZ001 - a wall time
    return new_year + timedelta(days=yearday - 1, minutes=minute)


def listed(values: Sequence[int], size: int) -> str:
    """A cron field for `values`; `*` when they are all that the field can be."""
    return "*" if len(values) == size else ",".join(map(str, values))


class _ThreadsOwn(threading.local):
    """A croniter moves as it is read, so threads must not share one.

    Each keeps its own, because making one takes longer than asking it.
    """

    def __init__(self) -> None:
        self.croniter = lru_cache(maxsize=256)(_croniter)


def _croniter(text: str) -> croniter:
    return croniter(
        text, _ANY_START, day_or=False, max_years_between_matches=_HORIZON_YEARS
    )


_own = _ThreadsOwn()


def _next(text: str, after: datetime) -> datetime | None:
    try:
        return _own.croniter(text).get_next(datetime, start_time=after)
    except _NONE_LEFT:
        return None


def _previous(text: str, before: datetime) -> datetime | None:
    try:
        return _own.croniter(text).get_prev(datetime, start_time=before)
    except _NONE_LEFT:
        return None


def _yeardays(rules: tuple[DayRule, ...], year: int) -> tuple[int, ...]:
    """The days of `year` that match any rule, counted from 1."""
    return _yeardays_of_twin(rules, _twin_year(year))


@lru_cache(maxsize=1024)
def _yeardays_of_twin(rules: tuple[DayRule, ...], twin: int) -> tuple[int, ...]:
    days = {day for rule in rules for day in rule.days(twin)}
    return tuple(sorted(day.timetuple().tm_yday for day in days))


@lru_cache(maxsize=1024)
def _twin_year(year: int) -> int:
    """A year of 2000 to 2027 with the same calendar: only 14 kinds exist."""
    return next(
        twin
        for twin in range(2000, 2028)
        if calendar.isleap(twin) == calendar.isleap(year)
        and date(twin, 1, 1).weekday() == date(year, 1, 1).weekday()
    )

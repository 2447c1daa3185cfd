"""The days that match a cron expression, without times of day.

A set of days is an integer: bit 5 is day 5 of a month, or the fifth day of a year.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from functools import lru_cache, reduce
from operator import or_

from schedules.timing.months import Month

ALL_MONTHS = frozenset(range(1, 13))
ALL_MONTHDAYS = frozenset(range(1, 32))
ALL_WEEKDAYS = frozenset(range(7))
# 29 February on a given weekday can be 40 years away, across 2100.
HORIZON_YEARS = 50

Bits = int


@dataclass(frozen=True, slots=True)
class LastDay:
    def of(self, month: Month) -> int | None:
        return month.last


@dataclass(frozen=True, slots=True)
class NearestWorkday:
    """The workday (Monday to Friday) nearest to a day; for 31, the last one of the month."""

    day: int

    def of(self, month: Month) -> int | None:
        return month.nearest_workday(self.day)


@dataclass(frozen=True, slots=True)
class NthWeekday:
    weekday: int
    nth: int

    def of(self, month: Month) -> int | None:
        return month.nth_weekday(self.weekday, self.nth)


@dataclass(frozen=True, slots=True)
class LastWeekday:
    weekday: int

    def of(self, month: Month) -> int | None:
        return month.last_weekday(self.weekday)


Pick = LastDay | NearestWorkday | NthWeekday | LastWeekday


@dataclass(frozen=True, slots=True)
class DayRule:
    """One rule for a day to match: month, day of month and weekday must all match.

    A `pick` replaces the day of month, where that depends on the calendar.
    """

    months: frozenset[int] = ALL_MONTHS
    monthdays: frozenset[int] = ALL_MONTHDAYS
    weekdays: frozenset[int] = ALL_WEEKDAYS
    pick: Pick | None = None

    def days_of(self, month: Month) -> Bits:
        """The days of a month that match, regardless of `months`."""
        days: Iterable[int | None] = self.monthdays
        if self.pick:
            days = [self.pick.of(month)]
        return sum(
            1 << day
            for day in days
            if day and day <= month.last and month.weekday(day) in self.weekdays
        )

    def days_of_year(self, year: int) -> Bits:
        days, before = 0, 0
        for number in range(1, 13):
            month = Month.of(year, number)
            if number in self.months:
                days |= self.days_of(month) << before
            before += month.last
        return days


class MatchingDays:
    """The days that match any of the rules."""

    def __init__(self, rules: tuple[DayRule, ...]) -> None:
        self._rules = rules
        self._of_twins: dict[int, Bits] = {}

    def of_year(self, year: int) -> Bits:
        twin = _year(year)[1]
        days = self._of_twins.get(twin)
        if days is None:
            days = reduce(or_, (rule.days_of_year(twin) for rule in self._rules))
            self._of_twins[twin] = days
        return days

    def next(self, year: int, day: int) -> tuple[int, int] | None:
        """The first later day as (year, day of year); None beyond the horizon."""
        later = self.of_year(year) & -(2 << day)
        horizon = min(year + HORIZON_YEARS, MAXYEAR)
        while not later and year < horizon:
            year += 1
            later = self.of_year(year)
        return (year, (later & -later).bit_length() - 1) if later else None

    def last(self, year: int, day: int) -> tuple[int, int] | None:
        """The last earlier day as (year, day of year); None beyond the horizon."""
        earlier = self.of_year(year) & ((1 << day) - 1)
        horizon = max(year - HORIZON_YEARS, MINYEAR)
        while not earlier and year > horizon:
            year -= 1
            earlier = self.of_year(year)
        return (year, earlier.bit_length() - 1) if earlier else None

    def count_before(self, year: int, day: int, since: int) -> int:
        """How many matching days lie before that day, from the beginning of the year `since`."""
        whole_years = sum(self.of_year(each).bit_count() for each in range(since, year))
        return whole_years + (self.of_year(year) & ((1 << day) - 1)).bit_count()

    def ordinals(self, years: range) -> Iterator[int]:
        """The matching days of these years, oldest first, as proleptic ordinals."""
        for year in years:
            eve, days = _year(year)[0], self.of_year(year)
            while days:
                first = days & -days
                yield eve + first.bit_length() - 1
                days ^= first


@lru_cache(maxsize=1024)
def matching_days(rules: tuple[DayRule, ...]) -> MatchingDays:
    """The matching days of `rules`, cached with their years: many expressions share them."""
    return MatchingDays(rules)


def day_of_year(day: date) -> int:
    return day.toordinal() - _year(day.year)[0]


@lru_cache(maxsize=1024)
def _year(year: int) -> tuple[int, int]:
    """The ordinal of the day before a year, and its twin: the year from 2000 to 2027 with the
    same calendar. There are only 14 different calendars."""
    eve = date(year, 1, 1).toordinal() - 1
    return eve, next(
        twin
        for twin in range(2000, 2028)
        if calendar.isleap(twin) == calendar.isleap(year)
        and date(twin, 1, 1).toordinal() % 7 == (eve + 1) % 7
    )

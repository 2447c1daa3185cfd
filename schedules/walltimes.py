"""Sets of wall times: what a cron expression means before any time zone.

croniter enumerates; it is only ever handed canonical text and naive times. Counting
is arithmetic on the matching days of a year.
"""

from __future__ import annotations

import calendar
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from croniter import CroniterError, croniter

# 29 February on a given weekday can be 40 years away, across 2100.
_HORIZON_YEARS = 50
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class DayRule:
    """One way for a day to match: day of month, month and weekday must all agree.

    `text` says so in three canonical cron fields. `plain` holds the same as numbers,
    or None where an `L`, `W` or `#` needs a calendar.
    """

    text: str
    plain: tuple[frozenset[int], frozenset[int], frozenset[int]] | None

    def days(self, year: int) -> Iterator[date]:
        """The days of `year` that match, oldest first."""
        if self.plain is None:
            return self._days_by_croniter(year)
        monthdays, months, weekdays = self.plain
        return (
            day
            for day in _days_of(year)
            if day.day in monthdays
            and day.month in months
            and day.isoweekday() % 7 in weekdays
        )

    def _days_by_croniter(self, year: int) -> Iterator[date]:
        new_year = datetime(year, 1, 1)  # noqa: DTZ001 - a wall time
        midnights = _croniter(f"0 0 {self.text}", new_year - _SECOND)
        while (midnight := _found(midnights.get_next)) and midnight.year == year:
            yield midnight.date()


@dataclass(frozen=True, slots=True)
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
        found = (_found(_croniter(text, after).get_next) for text in self._texts())
        return min((wall for wall in found if wall), default=None)

    def last(self, upto: datetime) -> datetime | None:
        """The last wall time not later than `upto`; None beyond the horizon."""
        before = upto + _SECOND
        found = (_found(_croniter(text, before).get_prev) for text in self._texts())
        return max((wall for wall in found if wall), default=None)

    def count(self, after: datetime, upto: datetime) -> int:
        """How many lie in (after, upto]: days times hours times minutes."""
        if upto <= after:
            return 0
        return self._rank(upto, after.year) - self._rank(after, after.year)

    def _texts(self) -> Iterator[str]:
        time = f"{listed(self.minutes, 60)} {listed(self.hours, 24)}"
        return (f"{time} {rule.text}" for rule in self.rules)

    def _rank(self, wall: datetime, since: int) -> int:
        """How many wall times from the year `since` on are not later than `wall`."""
        years = range(since, wall.year)
        earlier = sum(len(_yeardays(self.rules, year)) for year in years)
        this_year, today = _yeardays(self.rules, wall.year), wall.timetuple().tm_yday
        days = earlier + bisect_left(this_year, today)
        rank = days * len(self.hours) * len(self.minutes)
        if bisect_right(this_year, today) == bisect_left(this_year, today):
            return rank
        rank += bisect_left(self.hours, wall.hour) * len(self.minutes)
        if wall.hour in self.hours:
            rank += bisect_right(self.minutes, wall.minute)
        return rank


def listed(values: Sequence[int], size: int) -> str:
    """A cron field for `values`; `*` when they are all that the field can be."""
    return "*" if len(values) == size else ",".join(map(str, values))


def _croniter(text: str, start: datetime) -> croniter:
    # A new one each time: it moves as it is read, so threads must not share it.
    return croniter(
        text,
        start.replace(microsecond=0),
        day_or=False,
        max_years_between_matches=_HORIZON_YEARS,
    )


def _found(step: Callable[[type[datetime]], datetime]) -> datetime | None:
    try:
        return step(datetime)
    except (CroniterError, ValueError, OverflowError):
        # Nothing within the horizon, or the end of the calendar (the years 1 and
        # 9999), which shows as whatever datetime happens to raise.
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


def _days_of(year: int) -> Iterator[date]:
    ordinals = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
    return map(date.fromordinal, ordinals)

"""Common patterns of cron expressions: what a builder offers, writes and reads back.

An expression is read by its meaning, not by its text: `0 9 * * 1-5` and `0 9 * * mon-fri` have
one shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from schedules.timing.cron import parse
from schedules.timing.days import ALL_MONTHS, ALL_WEEKDAYS, DayRule, LastDay
from schedules.timing.english import runs
from schedules.timing.errors import TimingError
from schedules.timing.fields import WEEKDAYS

# Monday first; Sunday, which is 0 in a cron expression, last.
WEEK = (1, 2, 3, 4, 5, 6, 0)
WORKDAYS = frozenset({1, 2, 3, 4, 5})
_QUARTERS = frozenset({1, 4, 7, 10})
_SHORTEST_RANGE = 3


class Pattern(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WORKDAYS = "weekday"
    WEEK = "week"
    MONTH = "month"
    LAST_DAY = "last_day"
    QUARTER = "quarter"


# The patterns of which days of the week can be chosen.
BY_WEEKDAY = frozenset({Pattern.WORKDAYS, Pattern.WEEK})


@dataclass(frozen=True, slots=True)
class Shape:
    """A pattern with its time of day (of `HOUR` only the minute), weekdays and day of month.
    What the pattern does not use has its default."""

    pattern: Pattern
    hour: int = 9
    minute: int = 0
    weekdays: frozenset[int] = WORKDAYS
    monthday: int = 1

    @property
    def expression(self) -> str:
        """The cron expression. Days of the week decide the pattern: all seven are every day."""
        at = f"{self.minute} {self.hour}"
        match self.pattern:
            case Pattern.HOUR:
                return f"{self.minute} * * * *"
            case Pattern.WORKDAYS | Pattern.WEEK if self.weekdays != ALL_WEEKDAYS:
                return f"{at} * * {_days(self.weekdays or {1})}"
            case Pattern.MONTH:
                return f"{at} {self.monthday} * *"
            case Pattern.LAST_DAY:
                return f"{at} L * *"
            case Pattern.QUARTER:
                return f"{at} {self.monthday} jan,apr,jul,oct *"
        return f"{at} * * *"


def shape_of(expression: str) -> Shape | None:
    """The shape of an expression; None if it is not valid, or has none of the patterns."""
    try:
        times = parse(expression)
    except TimingError:
        return None
    if len(times.minutes) != 1 or len(times.rules) != 1:
        return None
    (rule,) = times.rules
    if times.every_hour:
        is_hourly = rule == DayRule()
        return Shape(Pattern.HOUR, minute=times.minutes[0]) if is_hourly else None
    if len(times.hours) != 1:
        return None
    found = _by_days(rule)
    return found and replace(found, hour=times.hours[0], minute=times.minutes[0])


def _by_days(rule: DayRule) -> Shape | None:
    if rule == DayRule():
        return Shape(Pattern.DAY)
    if rule == DayRule(weekdays=rule.weekdays):
        is_workdays = rule.weekdays == WORKDAYS
        pattern = Pattern.WORKDAYS if is_workdays else Pattern.WEEK
        return Shape(pattern, weekdays=rule.weekdays)
    if rule == DayRule(pick=LastDay()):
        return Shape(Pattern.LAST_DAY)
    if len(rule.monthdays) != 1 or rule.pick or rule.weekdays != ALL_WEEKDAYS:
        return None
    (day,) = rule.monthdays
    if rule.months == ALL_MONTHS:
        return Shape(Pattern.MONTH, monthday=day)
    return Shape(Pattern.QUARTER, monthday=day) if rule.months == _QUARTERS else None


def _days(weekdays: frozenset[int] | set[int]) -> str:
    """Such as "mon-fri" or "mon,wed,sat"."""
    places = [place for place, day in enumerate(WEEK) if day in weekdays]
    return ",".join(word for run in runs(places) for word in _words(run))


def _words(run: list[int]) -> Iterator[str]:
    names = [WEEKDAYS[WEEK[place]] for place in run]
    if len(run) >= _SHORTEST_RANGE:
        yield f"{names[0]}-{names[-1]}"
    else:
        yield from names

"""From the text of a cron expression to wall times, or to a refusal with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from schedules.limits import CRON_LENGTH
from schedules.timing.days import (
    DayRule,
    LastDay,
    LastWeekday,
    NearestWorkday,
    NthWeekday,
    Pick,
    matching_days,
)
from schedules.timing.english import counted
from schedules.timing.errors import quoted
from schedules.timing.fields import (
    HOUR,
    MINUTE,
    MONTH,
    MONTHDAY,
    WEEKDAY,
    Field,
    refused,
)
from schedules.timing.wall_times import WallTimes

_ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_SHAPE = "minute, hour, day of month, month, weekday, such as 0 9 * * mon-fri"

_NEAREST_WORKDAY = re.compile(r"([0-9]+)w")
_NTH_WEEKDAY = re.compile(r"([a-z0-9]+)#([1-5])")
_LAST_WEEKDAY = re.compile(r"l([0-7]|[a-z]{3})|([0-7]|[a-z]{3})l")
# Any start would do: a day that exists at all exists within the horizon after it.
_BEGINNING = (2000, 0)


@dataclass(frozen=True, slots=True)
class Days:
    """A day field: plain numbers, and items that need a calendar, with their text.

    `has_star`: it begins with `*`, so that a day must match both day fields (Debian's rule).
    """

    field: Field
    has_star: bool
    numbers: frozenset[int]
    plain: tuple[str, ...]
    picks: dict[Pick, str]

    @property
    def restricts(self) -> bool:
        return not (self.has_star and len(self.numbers) == self.field.size)

    def ways(self) -> list[DayRule]:
        """The rules by which this field alone lets a day match."""
        if not self.restricts:
            return [DayRule()]
        ways = [DayRule(pick=pick) for pick in self.picks]
        if self.numbers and self.field is WEEKDAY:
            ways.append(DayRule(weekdays=self.numbers))
        elif self.numbers:
            ways.append(DayRule(monthdays=self.numbers))
        return ways


@dataclass(frozen=True, slots=True)
class Fields:
    """The five fields of an expression, with the day fields parsed."""

    minute: str
    hour: str
    days: Days
    month: str
    weekdays: Days

    @property
    def both_count(self) -> bool:
        """Whether a day must match both day fields, instead of either of them."""
        return self.days.has_star or self.weekdays.has_star


def parse(expression: str) -> WallTimes:
    """The wall times of `expression`. Raises `TimingError` if it is not valid."""
    return _parse(_one_line(expression))


def fields(expression: str) -> Fields:
    """The fields of `expression`. Raises `TimingError` if their number or days are not valid."""
    return _fields(_one_line(expression))


def in_five_fields(expression: str) -> list[str]:
    """The fields of a valid expression as they are written, or what a shorthand stands for."""
    written = expression.split()
    return written if len(written) == 5 else _ALIASES[_one_line(expression)].split()


@lru_cache(maxsize=4096)
def _parse(line: str) -> WallTimes:
    fields = _fields(line)
    minutes, hours = MINUTE.numbers(fields.minute), HOUR.numbers(fields.hour)
    rules = tuple(
        rule for rule in _rules(fields) if matching_days((rule,)).next(*_BEGINNING)
    )
    if not rules:
        raise refused(
            f"{quoted(line)} can never run: no year has such a day; "
            "change the day of month, the month or the weekday."
        )
    return WallTimes(tuple(sorted(minutes)), tuple(sorted(hours)), rules)


def _one_line(expression: object) -> str:
    if not isinstance(expression, str):
        raise refused(f"A cron expression must be text of five fields: {_SHAPE}.")
    if len(expression) > CRON_LENGTH:
        raise refused(
            f"The cron expression is longer than {CRON_LENGTH} characters; shorten it with ranges and steps, "
            "or split it into two schedules."
        )
    if not all(char == "\t" or " " <= char <= "~" for char in expression):
        raise refused(
            f"{quoted(expression)} contains characters that are not valid; "
            "use plain ASCII on one line."
        )
    return expression.strip().lower()


def _fields(line: str) -> Fields:
    minute, hour, monthday, month, weekday = _split(line)
    days = _days(MONTHDAY, monthday, _monthday_pick)
    weekdays = _days(WEEKDAY, weekday, _weekday_pick)
    return Fields(minute, hour, days, month, weekdays)


def _split(line: str) -> list[str]:
    if line.startswith("@") and line not in _ALIASES:
        raise refused(
            f"{quoted(line)} is not a valid shorthand; use one of {', '.join(_ALIASES)}, "
            "or set interval_seconds for runs at a fixed interval."
        )
    fields = _ALIASES.get(line, line).split()
    if len(fields) != 5:
        number = counted(len(fields), "field")
        raise refused(f"The cron expression has {number}; give five: {_SHAPE}.")
    if "?" in fields and any(char.isdigit() for char in _without_steps(fields[4])):
        raise refused(
            f"weekday: {quoted(fields[4])} beside ? may count from Sunday as 1, as in Quartz "
            "and AWS; write names, such as mon-fri, or * in place of ?."
        )
    return fields


def _without_steps(weekdays: str) -> str:
    return re.sub("[/#][0-9]+", "", weekdays)


def _days(field: Field, text: str, pick: Callable[[str], Pick | None]) -> Days:
    items = ["*"] if text == "?" else text.split(",")
    found = {item: pick(item) for item in items}
    plain = [item for item, picked in found.items() if picked is None]
    numbers = field.numbers(",".join(plain)) if plain else frozenset()
    if field is WEEKDAY:
        numbers = frozenset(n % 7 for n in numbers)
    written = {picked: item for item, picked in found.items() if picked}
    return Days(field, items[0].startswith("*"), numbers, tuple(plain), written)


def _monthday_pick(item: str) -> Pick | None:
    """Parse `l`, `lw` or `15w`, the workday nearest to the 15th in the same month."""
    if item == "l":
        return LastDay()
    if item == "lw":
        return NearestWorkday(31)
    if match := _NEAREST_WORKDAY.fullmatch(item):
        return NearestWorkday(MONTHDAY.number(match[1], item))
    return None


def _weekday_pick(item: str) -> Pick | None:
    """Parse `5#2`, the second Friday, or `l5` (also `5l`), the last Friday."""
    if match := _NTH_WEEKDAY.fullmatch(item):
        return NthWeekday(WEEKDAY.number(match[1], item) % 7, int(match[2]))
    if match := _LAST_WEEKDAY.fullmatch(item):
        return LastWeekday(WEEKDAY.number(match[1] or match[2], item) % 7)
    return None


def _rules(fields: Fields) -> Iterator[DayRule]:
    days, weekdays = fields.days, fields.weekdays
    _refuse_mixed(days, weekdays)
    months = MONTH.numbers(fields.month)
    if fields.both_count:
        for day, weekday in product(days.ways(), weekdays.ways()):
            pick = day.pick or weekday.pick
            yield DayRule(months, day.monthdays, weekday.weekdays, pick)
    else:
        for way in (*days.ways(), *weekdays.ways()):
            yield replace(way, months=months)


def _refuse_mixed(days: Days, weekdays: Days) -> None:
    """`5#2`, `l5` and `15w` define the day alone: programs differ on combinations."""
    workdays = [
        item for pick, item in days.picks.items() if isinstance(pick, NearestWorkday)
    ]
    for field, special, other in (
        (WEEKDAY, [*weekdays.picks.values()], days),
        (MONTHDAY, workdays, weekdays),
    ):
        if special and other.restricts:
            raise field.refusal(
                special[0],
                f"cannot be combined with a {other.field.name}; "
                f"set the {other.field.name} to *, or split it into two schedules.",
            )

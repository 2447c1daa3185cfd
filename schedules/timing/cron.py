"""Cron text -> WallTimes: the syntax that is accepted, and why the rest is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from schedules.timing.days import (
    DayRule,
    LastDay,
    LastWeekday,
    MatchingDays,
    NearestWorkday,
    NthWeekday,
    Pick,
)
from schedules.timing.english import counted
from schedules.timing.errors import TimingError, quoted
from schedules.timing.wall_times import WallTimes

LONGEST = 200
_MOST_DIGITS = 4

_ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
# fmt: off
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun",
           "jul", "aug", "sep", "oct", "nov", "dec")
# fmt: on
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_SHAPE = "minute, hour, day of month, month, weekday, such as 0 9 * * mon-fri"

_RANGE = re.compile(r"(?:\*|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:/([0-9]+))?")
_NEAREST_WORKDAY = re.compile(r"([0-9]+)w")
_NTH_WEEKDAY = re.compile(r"([a-z0-9]+)#([1-5])")
_LAST_WEEKDAY = re.compile(r"l([0-7]|[a-z]{3})|([0-7]|[a-z]{3})l")
# Any start would do: a day that exists at all does so within the horizon after it.
_BEGINNING = (2000, 0)
_RANDOM = re.compile(r"[hr](?:\(.*\))?(?:/.*)?|.*~.*")


@dataclass(frozen=True, slots=True)
class _Field:
    """What one of the five fields may say; `top` is where `*` and `n/2` end."""

    name: str
    low: int
    high: int
    top: int
    names: tuple[str, ...] = ()
    special: str = ""  # what it takes besides

    @property
    def size(self) -> int:
        return self.top - self.low + 1

    def number(self, text: str, item: str) -> int:
        """One value of `item`, given as a number or a name."""
        if text in self.names:
            return self.low + self.names.index(text)
        if not text.isdigit():
            raise self.misunderstood(item)
        if len(text) > _MOST_DIGITS or not self.low <= int(text) <= self.high:
            raise self.refusal(item, f"is out of range {self.low} to {self.high}.")
        return int(text)

    def at(self, number: int) -> str:
        """A value, by its name if it has one."""
        return self.names[number - self.low] if self.names else str(number)

    def misunderstood(self, item: str) -> TimingError:
        if _RANDOM.fullmatch(item):
            return self.refusal(
                item,
                "would be random; give a fixed value, and spread with jitter_seconds.",
            )
        names = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
        return self.refusal(
            item,
            f"is not understood; give {self.low} to {self.high}{names}, "
            f"or *, with lists (1,2), ranges (1-5) and steps (*/2){self.special}.",
        )

    def refusal(self, item: str, reason: str) -> TimingError:
        return _refusal(f"{self.name}: {quoted(item)} {reason}")


_MINUTE = _Field("minute", 0, 59, top=59)
_HOUR = _Field("hour", 0, 23, top=23)
_MONTHDAY = _Field(
    "day of month",
    *(1, 31, 31),
    special="; or L (the last day), LW (the last weekday, Monday to Friday), 15W (the weekday "
    "nearest to day 15)",
)
_MONTH = _Field("month", 1, 12, 12, MONTHS)
# Sunday is 0 and 7; 7 becomes 0 once ranges such as fri-sun are written out.
_WEEKDAY = _Field(
    "weekday",
    *(0, 7, 6, WEEKDAYS),
    special="; or 5#2 (the second Friday), L5 (the last Friday)",
)


@dataclass(frozen=True, slots=True)
class _Days:
    """A day field: plain numbers, and items that need a calendar, as they were written.

    `has_star` (it begins with one) makes both day fields count, by Debian's rule.
    """

    field: _Field
    has_star: bool
    numbers: frozenset[int]
    picks: dict[Pick, str]

    @property
    def restricts(self) -> bool:
        return not (self.has_star and len(self.numbers) == self.field.size)

    def ways(self) -> list[DayRule]:
        """The ways in which this field alone lets a day match."""
        if not self.restricts:
            return [DayRule()]
        ways = [DayRule(pick=pick) for pick in self.picks]
        if self.numbers and self.field is _WEEKDAY:
            ways.append(DayRule(weekdays=self.numbers))
        elif self.numbers:
            ways.append(DayRule(monthdays=self.numbers))
        return ways


def parse(expression: str) -> WallTimes:
    """The wall times that `expression` means; TimingError if it must not be saved."""
    return _parse(_one_line(expression))


@lru_cache(maxsize=4096)
def _parse(line: str) -> WallTimes:
    minute, hour, monthday, month, weekday = _fields(line)
    minutes, hours = _numbers(_MINUTE, minute), _numbers(_HOUR, hour)
    days = _days(_MONTHDAY, monthday, _monthday_pick)
    weekdays = _days(_WEEKDAY, weekday, _weekday_pick)
    rules = tuple(
        rule
        for rule in _rules(days, _numbers(_MONTH, month), weekdays)
        if MatchingDays((rule,)).next(*_BEGINNING)
    )
    if not rules:
        raise _refusal(
            f"{quoted(line)} can never run: no year has such a day; "
            "change the day of month, the month or the weekday."
        )
    return WallTimes(tuple(sorted(minutes)), tuple(sorted(hours)), rules)


def _refusal(message: str) -> TimingError:
    return TimingError("cron_expression", message)


def _one_line(expression: object) -> str:
    if not isinstance(expression, str):
        raise _refusal(f"A cron expression must be text of five fields: {_SHAPE}.")
    if len(expression) > LONGEST:
        raise _refusal(
            f"The cron expression is longer than {LONGEST} characters; shorten it with ranges and steps, "
            "or split it into two schedules."
        )
    if not all(char == "\t" or " " <= char <= "~" for char in expression):
        raise _refusal(
            f"{quoted(expression)} has characters that do not belong there; "
            "use plain ASCII on one line."
        )
    return expression.strip().lower()


def _fields(line: str) -> list[str]:
    if line.startswith("@") and line not in _ALIASES:
        raise _refusal(
            f"{quoted(line)} is not known; there are {', '.join(_ALIASES)}, and for a fixed "
            "distance an interval (interval_seconds)."
        )
    fields = _ALIASES.get(line, line).split()
    if len(fields) != 5:
        number = counted(len(fields), "field")
        raise _refusal(f"The cron expression has {number}; give five: {_SHAPE}.")
    if "?" in fields and any(char.isdigit() for char in _without_steps(fields[4])):
        raise _refusal(
            f"weekday: {quoted(fields[4])} beside ? may count from Sunday as 1, as in Quartz "
            "and AWS; write names, such as mon-fri, or * in place of ?."
        )
    return fields


def _without_steps(weekdays: str) -> str:
    return re.sub("[/#][0-9]+", "", weekdays)


def _numbers(field: _Field, text: str) -> frozenset[int]:
    return frozenset(n for item in text.split(",") for n in _range(field, item))


def _range(field: _Field, item: str) -> range:
    """The values of `*`, `n` or `n-m`, each perhaps with a `/step`."""
    match = _RANGE.fullmatch(item)
    if match is None:
        raise field.misunderstood(item)
    first, last, step = match.groups()
    if first is None:
        low, high = field.low, field.top
    else:
        low, high = _bounds(field, item, first, last)
    if first and step and not last:
        high = max(low, field.top)
    return range(low, high + 1, _step(field, item, step))


def _bounds(field: _Field, item: str, first: str, last: str | None) -> tuple[int, int]:
    low = field.number(first, item)
    high = field.number(last, item) if last else low
    if field is _WEEKDAY and high == 0:
        high = 7 if low else 0
    if high < low:
        before = first if low == field.top else f"{first}-{field.at(field.top)}"
        after = last if high == field.low else f"{field.at(field.low)}-{last}"
        instead = f"two ranges: {before},{after}"
        if "/" in item:
            instead = "a list of its values"
        raise field.refusal(item, f"runs backwards; give {instead}.")
    return low, high


def _step(field: _Field, item: str, step: str | None) -> int:
    if step is None:
        return 1
    if len(step) > _MOST_DIGITS or int(step) == 0:
        raise field.refusal(item, "has a step that is not 1 to 9999.")
    return int(step)


def _days(field: _Field, text: str, pick: Callable[[str], Pick | None]) -> _Days:
    items = ["*"] if text == "?" else text.split(",")
    found = {item: pick(item) for item in items}
    plain = [item for item, picked in found.items() if picked is None]
    numbers = _numbers(field, ",".join(plain)) if plain else frozenset()
    if field is _WEEKDAY:
        numbers = frozenset(n % 7 for n in numbers)
    written = {picked: item for item, picked in found.items() if picked}
    return _Days(field, items[0].startswith("*"), numbers, written)


def _monthday_pick(item: str) -> Pick | None:
    """`l`, `lw`, or `15w`: the workday nearest to the 15th, in the same month."""
    if item == "l":
        return LastDay()
    if item == "lw":
        return NearestWorkday(31)
    if match := _NEAREST_WORKDAY.fullmatch(item):
        return NearestWorkday(_MONTHDAY.number(match[1], item))
    return None


def _weekday_pick(item: str) -> Pick | None:
    """`5#2`, the second Friday, or `l5` (also `5l`), the last one."""
    if match := _NTH_WEEKDAY.fullmatch(item):
        return NthWeekday(_WEEKDAY.number(match[1], item) % 7, int(match[2]))
    if match := _LAST_WEEKDAY.fullmatch(item):
        return LastWeekday(_WEEKDAY.number(match[1] or match[2], item) % 7)
    return None


def _rules(days: _Days, months: frozenset[int], weekdays: _Days) -> Iterator[DayRule]:
    _refuse_mixed(days, weekdays)
    if days.has_star or weekdays.has_star:
        for day, weekday in product(days.ways(), weekdays.ways()):
            pick = day.pick or weekday.pick
            yield DayRule(months, day.monthdays, weekday.weekdays, pick)
    else:
        for way in (*days.ways(), *weekdays.ways()):
            yield replace(way, months=months)


def _refuse_mixed(days: _Days, weekdays: _Days) -> None:
    """`5#2`, `l5` and `15w` say the whole day; programs differ on what else means."""
    workdays = [
        item for pick, item in days.picks.items() if isinstance(pick, NearestWorkday)
    ]
    for field, special, other in (
        (_WEEKDAY, [*weekdays.picks.values()], days),
        (_MONTHDAY, workdays, weekdays),
    ):
        if special and other.restricts:
            raise field.refusal(
                special[0],
                f"does not go together with a {other.field.name}; "
                f"set the {other.field.name} to *, or split it into two schedules.",
            )

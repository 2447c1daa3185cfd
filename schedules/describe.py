"""Wall times -> an English sentence.

The sentence is made from what an expression means, field by field, never from its
text: cron_descriptor takes `5-5` for a range, `*/7` for "every 7 minutes" and every
pair of day fields for an "or".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from cron_descriptor import CasingTypeEnum, Options, get_description

from schedules.walltimes import DayRule, WallTimes

_ENGLISH = Options(
    CasingTypeEnum.Sentence, locale_code="en_US", use_24hour_time_format=True
)
_MIDNIGHT = "At 00:00"
_UNITS = {"day": 86400, "hour": 3600, "minute": 60, "second": 1}
# Shorter lists read better in full: "At 00:00, 08:00 and 16:00".
_SHORTEST_PATTERN = 4
_SHORTEST_RUN = 3


@lru_cache(maxsize=1024)
def describe_wall_times(times: WallTimes) -> str:
    """Such as "At 09:00, Monday through Friday"."""
    month = times.rules[0].text.split()[1]
    months = _without_time(f"* {_compacted(month, 1, 12)} *")
    parts = (_time(times), _days(times.rules), months)
    return ", ".join(part for part in parts if part)


def describe_interval(seconds: int) -> str:
    """Such as "Every 90 seconds", in the largest unit that says it in whole numbers."""
    unit, size = next(
        (unit, size) for unit, size in _UNITS.items() if seconds % size == 0
    )
    number = seconds // size
    if number == 1:
        # Not "every day": it is elapsed time, and moves on the wall when clocks do.
        return "Every 24 hours" if unit == "day" else f"Every {unit}"
    return f"Every {number} {unit}s"


def _time(times: WallTimes) -> str:
    first, last, number = times.hours[0], times.hours[-1], len(times.hours)
    in_one_run = last - first == number - 1
    if len(times.minutes) == 1 and in_one_run and _SHORTEST_RUN <= number < 24:
        minute = times.minutes[0]
        return f"Every hour from {first:02}:{minute:02} to {last:02}:{minute:02}"
    minutes, hours = _compact(times.minutes, 0, 60), _compact(times.hours, 0, 24)
    return _sentence(f"{minutes} {hours} * * *")


def _days(rules: tuple[DayRule, ...]) -> str:
    days = list(dict.fromkeys(_day(rule) for rule in rules))
    if "" in days:
        return ""
    if len(days) == 1:
        return days[0]
    return " or ".join(day.removeprefix("only ") for day in days)


def _day(rule: DayRule) -> str:
    monthday, _, weekday = rule.text.split()
    on_days = _without_time(f"{_compacted(monthday, 1, 31)} * *")
    on_weekdays = _without_time(f"* * {_compacted(weekday, 0, 7)}")
    if on_days and on_weekdays:
        return f"{on_days} if it is {on_weekdays.removeprefix('only on ')}"
    return on_days or on_weekdays


def _without_time(days: str) -> str:
    return _sentence(f"0 0 {days}").removeprefix(_MIDNIGHT).removeprefix(", ")


def _sentence(expression: str) -> str:
    sentence: str = get_description(expression, _ENGLISH)
    return sentence


def _compacted(field: str, low: int, size: int) -> str:
    """A canonical field, in the spelling that cron_descriptor reads best."""
    if field == "*" or "#" in field:
        return field
    if not field.replace(",", "").isdigit():
        return f"{field[1:]}L" if field[0] == "l" else field.upper()
    values = [int(number) for number in field.split(",")]
    if size == 7 and {0, 6} <= {*values}:
        values = sorted(value or 7 for value in values)
    return _compact(values, low, size)


def _compact(values: Sequence[int], low: int, size: int) -> str:
    """`*`, a step that divides the field evenly, or ranges and single values."""
    if len(values) == size:
        return "*"
    step = size // len(values)
    even = [*range(values[0], low + size, step)] == [*values] and not size % step
    if even and len(values) >= _SHORTEST_PATTERN:
        return f"{'*' if values[0] == low else values[0]}/{step}"
    return ",".join(_runs(values))


def _runs(values: Sequence[int]) -> Iterator[str]:
    """Such as 1, 3-6 and 8."""
    # In a run of consecutive numbers, value minus position stays the same.
    for _, pairs in groupby(enumerate(values), key=lambda pair: pair[1] - pair[0]):
        run = [value for _, value in pairs]
        if len(run) >= _SHORTEST_RUN:
            yield f"{run[0]}-{run[-1]}"
        else:
            yield from map(str, run)

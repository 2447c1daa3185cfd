"""A comparison with croniter when a cron expression is accepted.

All ticks are calculated by this package. croniter is consulted once, before an expression is
saved, so that a bug in either is found before a schedule relies on it. Only wall times are
compared, without time zones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import product

from croniter import CroniterBadDateError, CroniterError, croniter

from schedules.timing.cron import Days, fields, parse
from schedules.timing.days import (
    HORIZON_YEARS,
    LastDay,
    NearestWorkday,
    NthWeekday,
    Pick,
)
from schedules.timing.fields import HOUR, MINUTE, MONTH, Field
from schedules.timing.wall_times import WallTimes

# After each of these the next times are compared, and before each the last one.
_STARTS = [
    datetime.fromisoformat(text)
    for text in ("2023-12-31T23:59:59", "2028-02-28T11:30", "2030-05-31T00:00")
]
_NEXT_TIMES = 2
# An expression that needs more texts for croniter would take too long.
_MOST_TEXTS = 8
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two different wall times: the first after `start`, or the last up to it."""

    start: datetime
    ours: datetime | None
    theirs: datetime | None


@lru_cache(maxsize=4096)
def disagreement(expression: str) -> Disagreement | None:
    """The first difference between the wall times of croniter and of this package.

    None if there is none, or if croniter cannot parse the expression.
    """
    found = [*texts(expression)]
    if len(found) > _MOST_TEXTS:
        return None
    try:
        theirs = Union(found)
    except CroniterError:
        return None
    return next(_disagreements(parse(expression), theirs), None)


def _disagreements(ours: WallTimes, theirs: Union) -> Iterator[Disagreement]:
    for start in _STARTS:
        if ours.last(start) != theirs.last(start):
            yield Disagreement(start, ours.last(start), theirs.last(start))
        after = start
        for _ in range(_NEXT_TIMES):
            one, other = ours.next(after), theirs.next(after)
            if one is None or one != other:
                yield Disagreement(after, one, other)
                break
            after = one


class Union:
    """The wall times of several texts, enumerated by croniter."""

    def __init__(self, texts: list[str]) -> None:
        self._each = [
            croniter(
                text,
                _STARTS[0],
                day_or=False,
                max_years_between_matches=HORIZON_YEARS,
            )
            for text in texts
        ]

    def next(self, after: datetime) -> datetime | None:
        found: list[datetime] = []
        for each in self._each:
            with suppress(CroniterBadDateError):  # none within the horizon
                found.append(each.get_next(datetime, start_time=after))
        return min(found, default=None)

    def last(self, upto: datetime) -> datetime | None:
        found: list[datetime] = []
        for each in self._each:
            with suppress(CroniterBadDateError):
                found.append(each.get_prev(datetime, start_time=upto + _SECOND))
        return max(found, default=None)


def texts(expression: str) -> Iterator[str]:
    """An expression as croniter accepts it: one text for each of the day items that cannot be
    combined there, and independent of its option `day_or`."""
    parsed = fields(expression)
    days, weekdays = [*_ways(parsed.days)], [*_ways(parsed.weekdays)]
    pairs = [*product(days, ["*"]), *product(["*"], weekdays)]
    if parsed.both_count:
        pairs = [*product(days, weekdays)]
    minute = _items(MINUTE, parsed.minute.split(","))
    hour = _items(HOUR, parsed.hour.split(","))
    month = _items(MONTH, parsed.month.split(","))
    return (f"{minute} {hour} {day} {month} {weekday}" for day, weekday in pairs)


def _ways(days: Days) -> Iterator[str]:
    yield from map(_pick, days.picks)
    if days.plain:
        yield _items(days.field, days.plain)


def _items(field: Field, items: Iterable[str]) -> str:
    """The items as they are written, but single values as numbers: croniter parses `5-5` as
    all values, and the weekday `7/2` as `0/2`."""
    found = ((item, field.values(item)) for item in items)
    return ",".join(
        str(values[0]) if len(values) == 1 else item for item, values in found
    )


def _pick(pick: Pick) -> str:
    match pick:
        case LastDay():
            return "l"
        case NearestWorkday(day):
            return f"{day}w"
        case NthWeekday(weekday, nth):
            return f"{weekday}#{nth}"
    return f"l{pick.weekday}"

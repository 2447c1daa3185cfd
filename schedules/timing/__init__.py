"""When: what a schedule's timing means, as a fixed set of instants ("ticks").

Pure: nothing here reads a clock or knows Django. Every instant is an aware datetime,
every result is in UTC. Asking again from any instant, after any restart, repeats no
tick and skips none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise

from schedules.timing import zones
from schedules.timing.clock_changes import Note
from schedules.timing.cron import parse
from schedules.timing.errors import TimingError
from schedules.timing.kinds import (
    CronTiming,
    IntervalTiming,
    ManualTiming,
    OnceTiming,
    Timing,
    checked_instant,
)
from schedules.timing.wall_times import WallTimes
from schedules.timing.words.times import (
    describe_interval,
    describe_once,
    describe_wall_times,
)
from schedules.timing.zones import check_timezone, tzdata_version

__all__ = [
    "CronTiming",
    "IntervalTiming",
    "ManualTiming",
    "OnceTiming",
    "Timing",
    "TimingError",
    "alike",
    "between",
    "check_timezone",
    "count",
    "describe",
    "due_at",
    "interval_occurrences",
    "last_upto",
    "newest",
    "next_after",
    "next_occurrences",
    "occurrence_note",
    "resolve_local",
    "shortest_distance",
    "tzdata_version",
]

MOST_OCCURRENCES = 1000

_MICROSECOND = timedelta(microseconds=1)
_TWO_YEARS = timedelta(days=731)
_HASH_BYTES = 8
# After 28 years the weekdays repeat.
_CALENDAR = (datetime(2001, 1, 1), datetime(2029, 1, 1))  # noqa: DTZ001 - wall times


def next_after(timing: Timing, after: datetime) -> datetime | None:
    """The first tick later than `after`; None when no tick is left."""
    after, upto = _clipped(timing, after, zones.LATEST)
    tick = timing.next(after) if after < upto else None
    return tick if tick and tick <= upto else None


def last_upto(
    timing: Timing, upto: datetime, after: datetime | None = None
) -> datetime | None:
    """The last tick not later than `upto`, and later than `after` if that is given."""
    after, upto = _clipped(timing, after or zones.EARLIEST, upto)
    tick = timing.last(upto) if after < upto else None
    return tick if tick and tick > after else None


def count(timing: Timing, after: datetime, upto: datetime) -> int:
    """How many ticks lie in (after, upto]: exact, and reckoned without listing them."""
    after, upto = _clipped(timing, after, upto)
    return timing.count(after, upto) if after < upto else 0


def between(
    timing: Timing, after: datetime, upto: datetime, limit: int
) -> list[datetime]:
    """The oldest `limit` ticks in (after, upto], oldest first."""
    ticks: list[datetime] = []
    tick = next_after(timing, after)
    while tick and tick <= upto and len(ticks) < limit:
        ticks.append(tick)
        tick = next_after(timing, tick)
    return ticks


def newest(
    timing: Timing, after: datetime, upto: datetime, limit: int
) -> list[datetime]:
    """The newest `limit` ticks in (after, upto], oldest first."""
    ticks: list[datetime] = []
    tick = last_upto(timing, upto, after)
    while tick and len(ticks) < limit:
        ticks.append(tick)
        tick = last_upto(timing, tick - _MICROSECOND, after)
    return ticks[::-1]


def due_at(
    timing: Timing, tick: datetime, *, seed: str, jitter_seconds: int
) -> datetime:
    """When `tick` is to fire: the same for the same seed, before the next tick.

    Spread evenly over the jitter; with fractions of a second.
    """
    room = timedelta(seconds=max(0, jitter_seconds))
    following = next_after(timing, tick)
    if following:
        room = min(room, following - tick)
    name = f"{seed} {tick.astimezone(UTC).isoformat()}".encode()
    share = int.from_bytes(hashlib.sha256(name).digest()[:_HASH_BYTES])
    return tick + timedelta(
        microseconds=room // _MICROSECOND * share >> 8 * _HASH_BYTES
    )


def occurrence_note(timing: Timing, tick: datetime) -> Note | None:
    """What a move of the clock did to a tick of `timing`, for a preview to mark.

    "moved_by_gap": a wall time that did not exist that day runs at this instant.
    "first_of_two": its wall time comes again later that day, and does not run then.
    """
    if not isinstance(timing, CronTiming):
        return None
    return timing.ticks.note(checked_instant("tick", tick))


def shortest_distance(timing: Timing, after: datetime) -> timedelta | None:
    """The least time between two ticks of `timing`, wherever it begins and ends.

    Reckoned, not listed; with the moves of the clock in the two years after `after`, which
    can bring two ticks closer together. None if there is but one tick, or none.
    """
    if isinstance(timing, OnceTiming | ManualTiming):
        return None
    if isinstance(timing, IntervalTiming):
        return timedelta(seconds=timing.every_seconds)
    endless = CronTiming(timing.expression, timing.timezone)
    upto = min(after, zones.LATEST - _TWO_YEARS) + _TWO_YEARS
    moves = zones.offset_changes(timing.timezone, after.astimezone(UTC), upto)
    around = [_distances_around(endless, move.at) for move in moves]
    return min([parse(timing.expression).shortest_distance, *chain(*around)])


def _distances_around(timing: Timing, move: datetime) -> Iterator[timedelta]:
    """Between the last tick before the clock is moved and the next two."""
    before = move - timedelta(seconds=1)
    ticks = [last_upto(timing, before), *between(timing, before, zones.LATEST, 2)]
    return (later - tick for tick, later in pairwise(ticks) if tick and later)


def alike(one: Timing, other: Timing) -> bool:
    """Whether the two ask for the same, however it is spelt, wherever they begin and end.

    The same times of the same clock, the same interval or instant; or an interval that is
    as long as the distance of times that are evenly apart (a day, and `@daily`).
    """
    match one, other:
        case CronTiming(), CronTiming():
            same_clock = one.timezone == other.timezone
            return same_clock and parse(one.expression) == parse(other.expression)
        case IntervalTiming(), IntervalTiming():
            return one.every_seconds == other.every_seconds
        case OnceTiming(), OnceTiming():
            return one.run_at == other.run_at
        case ManualTiming(), ManualTiming():
            return True
        case (CronTiming() as cron, IntervalTiming() as interval) | (
            IntervalTiming() as interval,
            CronTiming() as cron,
        ):
            return _is_every(parse(cron.expression), interval.every_seconds)
    return False


def _is_every(times: WallTimes, seconds: int) -> bool:
    """Whether all wall times are so many seconds apart, and none is left out."""
    every = timedelta(seconds=seconds)
    if times.shortest_distance != every:
        return False
    return times.count(*_CALENDAR) * every == _CALENDAR[1] - _CALENDAR[0]


def describe(timing: Timing, timezone: str = "UTC") -> str:
    """What `timing` means, in English, for people to check it by; of a one-off, as the
    clock of `timezone` reads, too."""
    if isinstance(timing, CronTiming):
        return f"{describe_wall_times(parse(timing.expression))} ({timing.timezone})"
    if isinstance(timing, IntervalTiming):
        return describe_interval(timing.every_seconds)
    if isinstance(timing, ManualTiming):
        return "Only when asked"
    return describe_once(timing.run_at, timezone)


def next_occurrences(
    expression: str, timezone: str, start: datetime, count: int
) -> list[datetime]:
    """The first `count` ticks of a cron expression strictly after `start`."""
    return _following(CronTiming(expression, timezone), start, count)


def interval_occurrences(
    every_seconds: int, anchor: datetime, start: datetime, count: int
) -> list[datetime]:
    """The first `count` ticks of an interval strictly after `start`.

    Unlike a schedule's own anchor, this one may have a fraction of a second.
    """
    anchor, start = (
        checked_instant("anchor_at", anchor),
        checked_instant("start", start),
    )
    fraction = timedelta(microseconds=anchor.microsecond)
    timing = IntervalTiming(every_seconds, anchor - fraction)
    ticks = _following(timing, max(start, zones.EARLIEST) - fraction, count)
    return [tick + fraction for tick in ticks]


def resolve_local(wall: datetime, timezone: str) -> datetime:
    """The instant of a local time, for a one-off.

    A time that comes twice means the first; one that is left out, the first instant
    after the gap.
    """
    check_timezone(timezone)
    _check_wall_time(wall)
    return zones.instant_of(wall, timezone)


def _check_wall_time(wall: object) -> None:
    if not isinstance(wall, datetime) or wall.tzinfo is not None:
        raise TimingError("run_at", "run_at must be a local time, without an offset.")
    if not zones.EARLIEST <= wall.replace(tzinfo=UTC) <= zones.LATEST:
        raise TimingError("run_at", f"run_at {wall} is outside the calendar.")


def _following(timing: Timing, start: datetime, count: int) -> list[datetime]:
    if type(count) is not int or not 1 <= count <= MOST_OCCURRENCES:
        raise TimingError("count", f"count must be 1 to {MOST_OCCURRENCES}.")
    return between(timing, checked_instant("start", start), zones.LATEST, count)


def _clipped(
    timing: Timing, after: datetime, upto: datetime
) -> tuple[datetime, datetime]:
    """(after, upto] in UTC, cut down to where `timing` can have ticks."""
    after = max(checked_instant("after", after), zones.EARLIEST)
    upto = min(checked_instant("upto", upto), zones.LATEST)
    if timing.start_at:
        after = max(after, max(timing.start_at, zones.EARLIEST) - _MICROSECOND)
    if timing.end_at:
        upto = min(upto, timing.end_at)
    return after, upto

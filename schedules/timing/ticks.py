"""Questions about the ticks of a timing: after, up to and between instants.

Every instant is an aware datetime, and every result is in UTC. The answers depend on the
arguments only, so that no tick is repeated or skipped after a restart.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from schedules.timing import zones
from schedules.timing.clock_changes import Note
from schedules.timing.errors import TimingError
from schedules.timing.kinds import CronTiming, IntervalTiming, Timing, checked_instant
from schedules.timing.zones import check_timezone

MOST_OCCURRENCES = 1000

_MICROSECOND = timedelta(microseconds=1)
_HASH_BYTES = 8


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
    """The exact number of ticks in (after, upto], calculated without listing them."""
    after, upto = _clipped(timing, after, upto)
    return timing.count(after, upto) if after < upto else 0


def between(
    timing: Timing, after: datetime, upto: datetime, limit: int
) -> list[datetime]:
    """The oldest `limit` ticks in (after, upto], oldest first."""
    after, upto = _clipped(timing, after, upto)
    ticks: list[datetime] = []
    while len(ticks) < limit and after < upto:
        tick = timing.next(after)
        if tick is None or tick > upto:
            break
        ticks.append(tick)
        after = tick
    return ticks


def newest(
    timing: Timing, after: datetime, upto: datetime, limit: int
) -> list[datetime]:
    """The newest `limit` ticks in (after, upto], oldest first."""
    after, upto = _clipped(timing, after, upto)
    ticks: list[datetime] = []
    while len(ticks) < limit and after < upto:
        tick = timing.last(upto)
        if tick is None or tick <= after:
            break
        ticks.append(tick)
        upto = tick - _MICROSECOND
    return ticks[::-1]


def due_at(
    timing: Timing, tick: datetime, *, seed: str, jitter_seconds: int
) -> datetime:
    """When `tick` fires: always the same for the same seed, and before the next tick.

    Ticks are spread evenly over the jitter, with fractions of a second.
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
    """How a clock change affected a tick of `timing`, for previews.

    "moved_by_gap": its wall time did not exist that day, so it runs at the end of the gap.
    "first_of_two": its wall time is repeated later that day, but does not run again.
    """
    if not isinstance(timing, CronTiming):
        return None
    return timing.ticks.note(checked_instant("tick", tick))


def skipped_wall_time(timing: Timing, tick: datetime) -> datetime | None:
    """The wall time that `tick` stands for, if the clock skips it: 02:30 in the night in
    which clocks go from 02:00 to 03:00."""
    if not isinstance(timing, CronTiming):
        return None
    return timing.ticks.skipped_wall(checked_instant("tick", tick))


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


def resolve_local(wall: datetime, timezone: str, *, field: str = "run_at") -> datetime:
    """The instant of a local time, by the same rules as a cron tick (`clock_changes`).

    `field` is named in the `TimingError` if `wall` or `timezone` is not valid.
    """
    check_timezone(timezone)
    _check_wall_time(field, wall)
    return zones.instant_of(wall, timezone)


def _check_wall_time(field: str, wall: object) -> None:
    if not isinstance(wall, datetime) or wall.tzinfo is not None:
        raise TimingError(field, f"{field} must be a local time, without an offset.")
    if not zones.EARLIEST <= wall.replace(tzinfo=UTC) <= zones.LATEST:
        raise TimingError(field, f"{field} {wall} is outside the calendar.")


def _following(timing: Timing, start: datetime, count: int) -> list[datetime]:
    if type(count) is not int or not 1 <= count <= MOST_OCCURRENCES:
        raise TimingError(
            "count", f"count must be a whole number from 1 to {MOST_OCCURRENCES}."
        )
    return between(timing, checked_instant("start", start), zones.LATEST, count)


def _clipped(
    timing: Timing, after: datetime, upto: datetime
) -> tuple[datetime, datetime]:
    """(after, upto] in UTC, limited to the bounds of `timing`."""
    after = max(checked_instant("after", after), zones.EARLIEST)
    upto = min(checked_instant("upto", upto), zones.LATEST)
    if timing.start_at:
        after = max(after, max(timing.start_at, zones.EARLIEST) - _MICROSECOND)
    if timing.end_at:
        upto = min(upto, timing.end_at)
    return after, upto

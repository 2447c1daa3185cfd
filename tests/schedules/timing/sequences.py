"""Say a sequence of ticks as the clock on the wall shows them, and hold all of
`timing` to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from schedules.timing import (
    CronTiming,
    Timing,
    between,
    count,
    last_upto,
    newest,
    next_after,
)

MICROSECOND = timedelta(microseconds=1)


def at(text: str) -> datetime:
    """An instant from ISO text with an offset; a bare date or time is UTC."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def utc(*texts: str) -> list[datetime]:
    return [at(text) for text in texts]


def assert_ticks(timing: Timing, start: str, *expected: str) -> None:
    """The ticks after `start` are these, such as "03-29 03:00+02:00".

    Each is checked as far to the left as it is given: "03:00+02:00" does where the
    day is plain. Every function must tell of the same ticks.
    """
    after = at(start)
    ticks = between(timing, after, datetime.max.replace(tzinfo=UTC), len(expected))
    shown = [_shown(timing, tick) for tick in ticks]
    assert [text[-len(e) :] for text, e in zip(shown, expected, strict=True)] == [
        *expected
    ]
    assert ticks == sorted(set(ticks))
    _assert_consistent(timing, after, ticks)


def _assert_consistent(timing: Timing, after: datetime, ticks: list[datetime]) -> None:
    for index, tick in enumerate(ticks):
        assert count(timing, after, tick) == index + 1
        assert newest(timing, after, tick, len(ticks)) == ticks[: index + 1]
        assert last_upto(timing, tick) == tick
        assert next_after(timing, tick - MICROSECOND) == tick
    for tick, following in pairwise(ticks):
        middle = tick + (following - tick) / 2
        assert next_after(timing, middle) == following
        assert last_upto(timing, middle) == tick


def _shown(timing: Timing, tick: datetime) -> str:
    zone = ZoneInfo(timing.timezone) if isinstance(timing, CronTiming) else UTC
    return tick.astimezone(zone).isoformat(sep=" ", timespec="minutes")

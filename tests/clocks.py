"""Other clocks to run the tests at, so that no test depends on the day it was written."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zlib import crc32

NOW = "now"


def _half_a_year_ahead(now: datetime) -> datetime:
    return now + timedelta(days=183)


def _a_day_ahead(now: datetime) -> datetime:
    return now + timedelta(days=1)


def _leap_day(now: datetime) -> datetime:
    """Noon of the next 29 February."""
    year = now.year + 1
    while not calendar.isleap(year):
        year += 1
    return datetime(year, 2, 29, 12, tzinfo=UTC)


def _end_of_the_month(now: datetime) -> datetime:
    """The last minute of this month, almost over: most tests end in the next one."""
    last = calendar.monthrange(now.year, now.month)[1]
    return now.replace(day=last, hour=23, minute=59, second=59, microsecond=900_000)


def _end_of_next_year(now: datetime) -> datetime:
    return datetime(now.year + 1, 12, 31, 23, 59, 59, 900_000, tzinfo=UTC)


def _ten_years_ahead(now: datetime) -> datetime:
    return now + timedelta(days=3653)


CLOCKS: dict[str, Callable[[datetime], datetime]] = {
    "day": _a_day_ahead,
    "half-year": _half_a_year_ahead,
    "leap-day": _leap_day,
    "month-end": _end_of_the_month,
    "year-end": _end_of_next_year,
    "decade": _ten_years_ahead,
}


def clock_at(name: str, now: datetime) -> datetime:
    """The instant that the clock called `name` shows at `now` (aware, UTC)."""
    return CLOCKS[name](now)


def clock_of_test(test_id: str, database: str) -> str:
    """The clock that a test runs at: always the same one, another on each database.

    One in seven runs at the present time.
    """
    names = [NOW, *CLOCKS]
    return names[crc32(f"{database} {test_id}".encode()) % len(names)]

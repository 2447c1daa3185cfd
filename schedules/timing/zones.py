"""Time zones: which names are valid, and how wall clocks map to instants.

A "wall time" is a naive datetime, the reading of a wall clock in the zone. An "instant" is an
aware datetime in UTC.
"""

from __future__ import annotations

import importlib.resources
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from itertools import pairwise

from schedules.timing.errors import TimingError, quoted

# Only the package `tzdata` is used, never the host: the database of a system may be a year old,
# and the same schedule would fire an hour apart on two machines. This is set here, beside the
# only code that loads zones, so that it applies to every process, even without PYTHONTZPATH.
zoneinfo.reset_tzpath(to=[])

# Ticks lie between these: far enough from the limits of datetime that neither a local time
# nor a probe (below) overflows.
EARLIEST = datetime.min.replace(tzinfo=UTC) + timedelta(days=4)
LATEST = datetime.max.replace(tzinfo=UTC) - timedelta(days=4)

_NO_PLACES = ("posix/", "right/", "SystemV/")
_NOT_ZONES = frozenset({"localtime", "posixrules", "Factory"})
_SECOND = timedelta(seconds=1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# The two closest changes of any zone from 1844 to 2100 are 6.95 days apart, so that no two
# changes that cancel each other are missed between probes.
_PROBE = timedelta(days=3)
# The readings of a year do not depend on changes further away. (No clock was ever moved by
# more than a day: Apia skipped one, Alaska repeated one.)
_MARGIN = timedelta(days=3)
_LARGEST_CHANGE = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class OffsetChange:
    """A clock change: at the instant `at` the clock reads `new` instead of `old`."""

    at: datetime
    old: datetime
    new: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """A period without clock changes, from `begins` to before `ends`.

    `already_read` is the latest wall time of the period before; `ends_at_reading` is the first
    wall time that this one does not reach. `at_epoch` is the reading at the beginning of the
    year 2000 in UTC, as if the clock had never been changed: calculating from there is 50
    times as fast as `replace`.
    """

    begins: datetime
    ends: datetime
    at_epoch: datetime
    already_read: datetime
    ends_at_reading: datetime

    def reading(self, instant: datetime) -> datetime:
        """The wall time at an instant of this period."""
        return self.at_epoch + (instant - _EPOCH)

    def instant(self, wall: datetime) -> datetime:
        """The instant of a wall time, if it lies in this period."""
        return _EPOCH + (wall - self.at_epoch)


@cache
def timezone_names() -> frozenset[str]:
    """The names of all valid time zones."""
    return frozenset(
        name
        for name in zoneinfo.available_timezones()
        if name not in _NOT_ZONES and not name.startswith(_NO_PLACES)
    )


def check_timezone(name: object) -> str:
    """`name` itself. Raises `TimingError` if it is not a valid IANA time zone."""
    if isinstance(name, str) and name in timezone_names():
        return name
    known = zone_named(name) if isinstance(name, str) else None
    advice = (
        f"did you mean {known}?"
        if known
        else "give the name of an IANA time zone, such as Europe/Berlin."
    )
    raise TimingError("timezone", f"{quoted(name)} is not a valid time zone; {advice}")


def zone_named(name: str) -> str | None:
    """The time zone of that name, in upper or lower case; None if there is none."""
    return _by_lower_case().get(name.lower())


@cache
def areas() -> frozenset[str]:
    """The areas of time zones (before the slash) in lower case: "europe", "asia"."""
    return frozenset(name.split("/")[0] for name in _by_lower_case() if "/" in name)


def of_city(city: str) -> str | None:
    """The time zone named after the city, in upper or lower case; None if there is none."""
    return _by_city().get(city.lower())


@cache
def _by_city() -> dict[str, str]:
    names = sorted(_by_lower_case().values())
    return {
        name.rpartition("/")[2].lower(): name for name in names if _is_of_city(name)
    }


# Areas whose names are not cities, such as "US/Eastern".
_NOT_OF_CITIES = ("Brazil", "Canada", "Chile", "Etc", "Mexico", "SystemV", "US")


def _is_of_city(name: str) -> bool:
    area, slash, _ = name.partition("/")
    return bool(slash) and area not in _NOT_OF_CITIES


@cache  # zones are read once in a process, too
def tzdata_version() -> str:
    """The version of the time zone database in use, such as "2026f"."""
    listing = importlib.resources.files("tzdata") / "zoneinfo" / "tzdata.zi"
    with listing.open(encoding="utf-8") as lines:
        return lines.readline().split()[-1]


def local_time(instant: datetime, timezone: str) -> datetime:
    """The instant as an aware datetime of the zone."""
    return instant.astimezone(_zone(timezone))


def wall_time(instant: datetime, timezone: str) -> datetime:
    """The wall time in the zone at `instant`."""
    instant = instant.astimezone(UTC)
    return period_at(timezone, instant).reading(instant)


def instant_of(wall: datetime, timezone: str) -> datetime:
    """The first instant at which the wall clock reads `wall` or later.

    Monotonic: a later wall time never has an earlier instant.
    """
    for period in _periods(timezone, wall.year):
        if wall < period.ends_at_reading:
            break
    return max(period.begins, period.instant(wall))


def period_at(timezone: str, instant: datetime) -> Period:
    """The period of the zone's clock in which `instant` (in UTC) lies.

    It ends a few days before or after the end of the calendar year, even without a clock
    change.
    """
    for period in _periods(timezone, instant.year):
        if instant < period.ends:
            break
    return period


def offset_changes(
    timezone: str, after: datetime, upto: datetime
) -> Iterator[OffsetChange]:
    """The clock changes of the zone in (after, upto], oldest first."""
    return (
        OffsetChange(later.begins, period.ends_at_reading, later.reading(later.begins))
        for year in range(after.year, upto.year + 1)
        for period, later in pairwise(_periods(timezone, year))
        if later.begins.year == year and after < later.begins <= upto
    )


def is_repeated(timezone: str, instant: datetime) -> bool:
    """Whether the wall time at `instant` will be repeated, because the clock is put back."""
    reading = wall_time(instant, timezone)
    changes = offset_changes(timezone, instant, instant + _LARGEST_CHANGE)
    return any(change.new <= reading < change.old for change in changes)


@lru_cache(maxsize=8192)
def _periods(timezone: str, year: int) -> tuple[Period, ...]:
    """The periods of a year, and of a few days before and after it."""
    zone = _zone(timezone)
    begins = max(EARLIEST, datetime(year, 1, 1, tzinfo=UTC)) - _MARGIN
    end = min(LATEST, datetime(year, 12, 31, tzinfo=UTC)) + _MARGIN
    already_read = datetime.min  # noqa: DTZ901 - a wall time
    periods = []
    for change in [*_changes(zone, begins, end), end]:
        at_epoch = _EPOCH.replace(tzinfo=None) + _offset(zone, begins)
        reading = at_epoch + (change - _EPOCH)
        periods.append(Period(begins, change, at_epoch, already_read, reading))
        begins, already_read = change, reading - _SECOND
    return tuple(periods)


def _changes(
    zone: zoneinfo.ZoneInfo, start: datetime, end: datetime
) -> Iterator[datetime]:
    """The instants of the clock changes after `start`."""
    while start < end:
        probe = start + min(_PROBE, end - start)
        if _offset(zone, start) != _offset(zone, probe):
            yield _find_change(zone, start, probe)
        start = probe


def _find_change(
    zone: zoneinfo.ZoneInfo, before: datetime, after: datetime
) -> datetime:
    old = _offset(zone, before)
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: zoneinfo.ZoneInfo, instant: datetime) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None, "a ZoneInfo knows its offset at every instant"
    return offset


@cache
def _zone(timezone: str) -> zoneinfo.ZoneInfo:
    # no_cache: zoneinfo's own cache may contain zones that were loaded from the files of the
    # host before this module was imported.
    return zoneinfo.ZoneInfo.no_cache(timezone)


@cache
def _by_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in timezone_names()}

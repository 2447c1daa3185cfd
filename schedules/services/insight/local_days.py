"""Days of a person's calendar: those of 23 and 25 hours too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from schedules.timing import zones
from schedules.timing.zones import OffsetChange

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A day in the zone, from the instant `begins` to before `ends`, and the clock changes
    in it."""

    date: date
    zone: str
    begins: datetime
    ends: datetime
    changes: tuple[OffsetChange, ...]

    def wall(self, instant: datetime) -> datetime:
        """The reading of the clock at an instant."""
        return zones.wall_time(instant, self.zone)


def local_day(day: date, zone: str) -> LocalDay:
    begins, ends = midnight(day, zone), midnight(day + _DAY, zone)
    changes = zones.offset_changes(zone, begins - _SECOND, ends - _SECOND)
    return LocalDay(day, zone, begins, ends, tuple(changes))


def local_days(first: date, number: int, zone: str) -> list[LocalDay]:
    """So many days in a row."""
    return [local_day(first + count * _DAY, zone) for count in range(number)]


def midnight(day: date, zone: str) -> datetime:
    """The instant at which the day begins, which is not always 00:00."""
    return zones.instant_of(datetime.combine(day, time()), zone)


def date_at(instant: datetime, zone: str) -> date:
    return zones.wall_time(instant, zone).date()

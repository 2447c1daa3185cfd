"""By which clock a page is read: its time, and the zone of its dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext as _

from workflows.admin.frame import now_of, zone_of
from workflows.display import times


def clock_of(request: HttpRequest) -> Clock:
    """The clock of the page that this request asks for."""
    return Clock(now_of(request), zone_of(request))


@dataclass(frozen=True, slots=True)
class Clock:
    """The time at which a page is made, and the zone in which it shows times."""

    now: datetime
    zone: str

    def dated(self, at: datetime) -> str:
        """With the day in any case: "Sun 29 Mar, 03:00"."""
        there = times.local(at, self.zone)
        wall = f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}"
        return f"{times.day(at, self.zone, self.now)}, {wall}"

    def exact(self, at: datetime) -> str:
        """With the name of the zone's time, and in UTC: "Sun 29 Mar, 03:00 CEST (01:00 UTC)"."""
        there = times.local(at, self.zone)
        name = there.tzname() or "UTC"
        if name == "UTC":
            return f"{self.dated(at)} UTC"
        return f"{self.dated(at)} {name} ({at.astimezone(UTC):%H:%M} UTC)"

    def universal(self, at: datetime) -> str:
        """The wall time in UTC, with the day if it is another one there."""
        there, utc = times.local(at, self.zone), at.astimezone(UTC)
        if there.date() == utc.date():
            return f"{utc:%H:%M} UTC"
        return _("{} UTC").format(Clock(self.now, "UTC").dated(at))

    def moment(self, at: datetime) -> str:
        return times.moment(at, self.zone, self.now)

    def relative(self, at: datetime) -> str:
        return times.relative(at, self.now)


def place(zone: str) -> str:
    """The zone as people call it: "Berlin", "New York", "UTC"."""
    return zone.rpartition("/")[2].replace("_", " ")


def name_at(at: datetime, zone: str) -> str:
    """What the zone calls its time then: "CET", "+0545"."""
    return at.astimezone(ZoneInfo(zone)).tzname() or ""

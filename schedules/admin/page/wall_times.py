"""Times as people type them on the page: wall times in the zone of the schedule."""

from __future__ import annotations

from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from schedules import timing
from schedules.timing import TimingError, zones


class NotATime(Exception):
    """What was typed is no time."""


def instant(typed: str, zone: str) -> datetime:
    """The instant of a wall time in the zone, or of a time with an offset.

    Raises `NotATime`.
    """
    try:
        given = parse_datetime(typed.strip())
        if given is None:
            raise ValueError(typed)
        if given.tzinfo is not None:
            return timing.checked_instant("at", given)
        return timing.resolve_local(given, zone, field="at")
    except TimingError as error:
        raise NotATime(str(error)) from error
    except ValueError as error:
        why = _("This is no valid time: give a date and a time of day.")
        raise NotATime(why) from error


def as_typed(at: datetime, zone: str) -> str:
    """As an input for date and time takes it; in UTC if the zone is not known."""
    known = zone if zone in zones.timezone_names() else "UTC"
    return f"{zones.wall_time(at, known):%Y-%m-%dT%H:%M:%S}"

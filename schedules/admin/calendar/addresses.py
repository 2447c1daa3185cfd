"""The addresses of the calendar's pages, and of what they name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.contrib.admin import AdminSite
from django.http import Http404
from django.urls import reverse

from schedules.services.insight.calendar.entries import TOGETHER, Entry

URL_NAME = "ostinato_calendar"
YEARS = (1970, 2199)
_MINUTE = timedelta(minutes=1)
_LONGEST = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Addresses:
    """`begin` of a stretch of time are in UTC, as the clock may read a time twice."""

    site: AdminSite

    def _of(self, name: str, *args: object) -> str:
        return reverse(f"admin:{name}", args=args, current_app=self.site.name)

    @property
    def calendar(self) -> str:
        return self._of(URL_NAME)

    def month(self, first: date) -> str:
        return f"{self.calendar}?month={first:%Y-%m}"

    def day(self, day: date) -> str:
        return f"{self.calendar}?day={day:%Y-%m-%d}"

    def stretch(self, day: date, begins: datetime, ends: datetime) -> str:
        begin, end = (f"{at.astimezone(UTC):%Y%m%dT%H%M}" for at in (begins, ends))
        return f"{self.day(day)}&from={begin}&to={end}#together"

    def schedule(self, pk: UUID) -> str:
        return self._of("ostinato_schedules_scheduledjob_change", pk)

    def entry(self, entry: Entry, day: date) -> str:
        """Of the run, of the schedule, or of the list of those that begin together."""
        if entry.schedules >= TOGETHER:
            return self.stretch(day, entry.at, entry.at + _MINUTE)
        if entry.is_run:
            return self._of("ostinato_schedules_scheduledrun_change", entry.id)
        return self.schedule(entry.id)


def read_month(text: str) -> date:
    """Raises `Http404` for what no link of ours has."""
    return _read(text, "%Y-%m").date()


def read_day(text: str) -> date:
    return _read(text, "%Y-%m-%d").date()


def read_stretch(begin: str, end: str) -> tuple[datetime, datetime]:
    begins, ends = (
        _read(text, "%Y%m%dT%H%M").replace(tzinfo=UTC) for text in (begin, end)
    )
    if not begins < ends <= begins + _LONGEST:
        raise Http404
    return begins, ends


def _read(text: str, form: str) -> datetime:
    try:
        at = datetime.strptime(text, form)  # noqa: DTZ007 - a wall time, or UTC is added
    except ValueError:
        raise Http404 from None
    if not YEARS[0] <= at.year <= YEARS[1]:
        raise Http404
    return at

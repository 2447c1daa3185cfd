"""The filter by time of lists of what happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from schedules.services.insight.local_days import midnight
from schedules.timing import zones
from workflows.admin.frame import now_of, zone_of
from workflows.display.times import moment

SPANS = {
    "hour": (_("in the last hour"), timedelta(hours=1)),
    "day": (_("in the last 24 hours"), timedelta(days=1)),
    "week": (_("in the last 7 days"), timedelta(days=7)),
}
BETWEEN = ".."


class WhenFilter(admin.SimpleListFilter):
    """`?when=day`, or between two times: `?when=2026-11-28T11:00:00Z..2026-11-28T12:00:00Z`,
    of which the second may be left out."""

    title = _("When")
    parameter_name = "when"
    column: ClassVar[str] = "created_at"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.now, self.zone = now_of(request), zone_of(request)
        super().__init__(request, *args)

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        options: list[tuple[str, Any]] = [
            (name, words) for name, (words, _span) in SPANS.items()
        ]
        options += self._months()
        given = request.GET.get("when", "")
        span = times_of(given)
        if span and given not in dict(options):
            options.append((given, self._told(*span)))
        return options

    def _months(self) -> Iterator[tuple[str, Any]]:
        """This month and the last one on the person's calendar, by their times, so that the
        address of the page means the same later."""
        this = zones.wall_time(self.now, self.zone).date().replace(day=1)
        last = (this - timedelta(days=1)).replace(day=1)
        begins = midnight(this, self.zone)
        yield between(begins), _("this month")
        yield between(midnight(last, self.zone), begins), _("last month")

    def _told(self, begin: datetime, end: datetime | None) -> str:
        since = moment(begin, self.zone, self.now)
        if end is None:
            return str(_("since {}")).format(since)
        return str(_("{begin} to {end}")).format(
            begin=since, end=moment(end, self.zone, self.now)
        )

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        if value in SPANS:
            begin = self.now - SPANS[value][1]
            return self._within(queryset, begin).filter(
                **{f"{self.column}__lte": self.now}
            )
        span = times_of(value)
        if span is None:
            return queryset
        found = self._within(queryset, span[0])
        if span[1] is None:
            return found
        return found.filter(**{f"{self.column}__lt": span[1]})

    def _within(self, queryset: QuerySet[Any], begin: datetime) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.column}__gte": begin})


def between(begin: datetime, end: datetime | None = None) -> str:
    """The value of the filter for the times from `begin` to before `end`."""
    return BETWEEN.join([_stamp(begin), _stamp(end) if end else ""])


def _stamp(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def times_of(value: str) -> tuple[datetime, datetime | None] | None:
    """None if the value is not of this shape."""
    first, between_them, second = value.partition(BETWEEN)
    if not between_them:
        return None
    try:
        begin = datetime.fromisoformat(first)
        end = datetime.fromisoformat(second) if second else None
    except ValueError:
        return None
    if begin.tzinfo is None or (end is not None and end.tzinfo is None):
        return None
    return begin, end

"""The calendar: `?month=2026-04` is a month, `?day=2026-03-29` a day, neither this month."""

from __future__ import annotations

import calendar as months
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format, get_format
from django.utils.translation import gettext as _
from django.views import View

from schedules.admin.calendar import words
from schedules.admin.calendar.addresses import (
    URL_NAME,
    Addresses,
    read_day,
    read_month,
    read_stretch,
)
from schedules.admin.calendar.cells import month_cells, weekday_names
from schedules.admin.calendar.hours import hours_of
from schedules.admin.load.words import city
from schedules.models import ScheduledJob
from schedules.services.insight.calendar.day import Frequent, day_of, in_short
from schedules.services.insight.calendar.month import weeks
from schedules.services.insight.local_days import date_at
from schedules.timing import describe
from workflows.admin.frame import frame, now_of, zone_of
from workflows.display.languages import in_language

if TYPE_CHECKING:
    from workflows.kit.users import User

# So many of the frequent schedules are shown at once.
MOST_ROWS = 6
_DAY = timedelta(days=1)


class CalendarView(View):
    """Runs of the past, of now and to come."""

    admin_site: AdminSite = cast("AdminSite", None)  # as_view() fills it

    def get(self, request: HttpRequest) -> HttpResponse:
        today = date_at(now_of(request), zone_of(request))
        if "day" in request.GET:
            return self._day(request, read_day(request.GET["day"]), today)
        first = today.replace(day=1)
        if "month" in request.GET:
            first = read_month(request.GET["month"])
        return self._month(request, first, today)

    def _month(self, request: HttpRequest, first: date, today: date) -> HttpResponse:
        begin, days = _grid(first)
        found = weeks(
            owner=_owner(request),
            zone=zone_of(request),
            first=begin,
            days=days,
            now=now_of(request),
        )
        addresses = Addresses(self.admin_site)
        before, after = first - _DAY, first + 31 * _DAY
        is_now = (today.year, today.month) == (first.year, first.month)
        return self._page(
            request,
            "month",
            title=date_format(first, "F Y"),
            weekdays=weekday_names(found.days),
            cells=month_cells(found, first, addresses),
            before=(date_format(before, "F"), addresses.month(before)),
            after=(date_format(after, "F"), addresses.month(after)),
            today_address=addresses.calendar,
            day_address=addresses.day(today if is_now else first),
            left_out=found.left_out,
            not_named=found.not_named,
        )

    def _day(self, request: HttpRequest, day: date, today: date) -> HttpResponse:
        zone, now, owner = zone_of(request), now_of(request), _owner(request)
        addresses = Addresses(self.admin_site)
        found = day_of(owner=owner, zone=zone, date_=day, now=now)
        together = None
        if "from" in request.GET:
            begins, ends = read_stretch(request.GET["from"], request.GET.get("to", ""))
            together = in_short(owner=owner, begins=begins, ends=ends, now=now)
            if ends - begins == timedelta(minutes=1):
                when = f"{found.day.wall(begins):%H:%M}"
            else:
                when = _("{} to {}").format(
                    f"{found.day.wall(begins):%H:%M}", f"{found.day.wall(ends):%H:%M}"
                )
        rows = [_frequent_row(each, zone) for each in found.frequent]
        return self._page(
            request,
            "day",
            title=words.day_title(found.day),
            summary=words.day_summary(found, city(zone)),
            frequent=rows[:MOST_ROWS],
            others=rows[MOST_ROWS:],
            number_others=len(rows) - MOST_ROWS + found.more_frequent,
            more_frequent=found.more_frequent,
            hours=hours_of(found.day, found.entries, addresses),
            together=together,
            together_at=when if together else "",
            before=(date_format(day - _DAY, "l"), addresses.day(day - _DAY)),
            after=(date_format(day + _DAY, "l"), addresses.day(day + _DAY)),
            today_address=addresses.day(today),
            month_address=addresses.month(day),
            month_name=date_format(day, "F Y"),
        )

    def _page(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        framed = frame(request, self.admin_site, URL_NAME)
        template = f"ostinato/schedules/calendar/{name}.html"
        more = {"address": Addresses(self.admin_site).calendar}
        return TemplateResponse(request, template, framed | more | context)


def _frequent_row(each: Frequent, zone: str) -> tuple[Frequent, str, str, str]:
    """A frequent schedule, its timing, and its runs."""
    timing = in_language(describe(each.timing, zone)) if each.timing else ""
    return each, timing, *words.frequent_number(each)


def _owner(request: HttpRequest) -> Any:
    """Whose schedules the person may see; None for all."""
    sees_all = ScheduledJob.objects.all_visible_to(cast("User", request.user))
    return None if sees_all else request.user.pk


def _grid(first: date) -> tuple[date, int]:
    """The weeks of a month: their first day, and the number of days."""
    monday_based = (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7
    before = (first.weekday() - monday_based) % 7
    length = months.monthrange(first.year, first.month)[1]
    return first - before * _DAY, -(-(before + length) // 7) * 7

"""The page of the overview: what it shows is gathered here, and drawn by templates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from schedules.admin.overview import charts, day
from schedules.admin.overview.attention import stuck_runs
from schedules.admin.overview.changes import recent_changes
from schedules.admin.overview.clocks import city, told
from schedules.admin.overview.health import Fact, health
from schedules.admin.overview.lists import Lists
from schedules.admin.overview.panels import panels
from schedules.admin.overview.states import parts
from schedules.display.states import ShownState, counts
from schedules.models import RunStatus, ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services.insight.health import diagnose, facts_now
from schedules.services.insight.overview.clock_changes import clock_changes, soonest_of
from schedules.services.insight.overview.hour_ahead import HourAhead, hour_ahead
from schedules.services.insight.overview.run_hours import (
    HOUR,
    HOURS,
    last_day,
    punctuality,
)
from schedules.services.insight.overview.work import work_now
from workflows.admin.frame import frame
from workflows.admin.navigation import Link
from workflows.display.numbers import grouped
from workflows.display.times import local
from workflows.models.workflow import sees_all

URL_NAME = "ostinato_overview"
TEMPLATE = "ostinato/schedules/overview/page.html"
QUEUES = "layers"  # the icon of RQ's own pages, where a site has them
# A page waits no longer than this for what the probes find.
WAIT_SECONDS = 1.0


class OverviewView(View):
    """For all staff; each panel for those who may see the list that it counts."""

    admin_site: AdminSite = cast("AdminSite", None)  # `as_view` fills it

    def get(self, request: HttpRequest) -> HttpResponse:
        context = frame(request, self.admin_site, URL_NAME)
        shown = Overview(request, self.admin_site, context["now"], context["zone"])
        context |= {"title": _("Overview"), "lists": shown.lists, **shown.context()}
        context["health"] = shown.addressed(context["health"], context["navigation"])
        return TemplateResponse(request, TEMPLATE, context)


class Overview:
    """What one person sees at one time."""

    def __init__(
        self, request: HttpRequest, site: AdminSite, now: datetime, zone: str
    ) -> None:
        self.user, self.now, self.zone = request.user, now, zone
        self.lists = Lists(site)
        self.may_add = site.is_registered(ScheduledJob) and request.user.has_perm(
            "ostinato_schedules.add_scheduledjob"
        )
        self.schedules = ScheduledJob.objects.visible_to(self.user)

    def context(self) -> dict[str, Any]:
        local_now = local(self.now, self.zone)
        shown: dict[str, Any] = {
            "today": date_format(local_now, "l j F Y"),
            "clock": date_format(local_now, "H:i"),
            "city": city(self.zone),
            "may_add": self.may_add,
            "may_draw": self.user.has_perm("ostinato_workflows.add_workflow"),
        }
        sees_schedules = sees_all(self.user, ScheduledJob)
        of_state = counts(self.schedules, self.now) if sees_schedules else {}
        shown |= self._health(of_state.get(ShownState.OVERDUE, 0))
        if sees_schedules:
            shown["is_empty"] = not any(of_state.values())
        if any(of_state.values()):
            shown |= self._schedules(of_state)
        if sees_all(self.user, ScheduledRun):
            shown |= self._runs()
        if sees_all(self.user, ScheduleEvent):
            shown["recent"] = recent_changes(self.lists, zone=self.zone, now=self.now)
        return shown

    @property
    def day_begins(self) -> datetime:
        """23 hours before the hour of now, by the clock of the reader."""
        there = local(self.now, self.zone)
        past = timedelta(minutes=there.minute, seconds=there.second)
        begun = self.now - past - timedelta(microseconds=there.microsecond)
        return begun - (HOURS - 1) * HOUR

    def _health(self, overdue: int) -> dict[str, Any]:
        facts = facts_now(self.now, wait=WAIT_SECONDS)
        punctual = punctuality(now=self.now, since=self.day_begins)
        found = health(facts, diagnose(facts), work_now(), punctual, overdue)
        return {"health": found}

    def addressed(
        self, facts: list[Fact], navigation: dict[str, list[Link]]
    ) -> list[tuple[Fact, str]]:
        """Each fact with the address of what it counts; empty where there is none."""
        queues = next(
            (link.address for link in navigation["site_pages"] if link.icon == QUEUES),
            "",
        )
        found = dict.fromkeys(("schedulers", "workers", "queue"), queues)
        if sees_all(self.user, ScheduledRun):
            found["queue"] = self.lists.runs(status__exact=RunStatus.PENDING)
            found["on_time"] = self.lists.runs_between(self.day_begins)
            found["ledger"] = self.lists.runs()
        return [(fact, found.get(fact.name, "")) for fact in facts]

    def _schedules(self, of_state: dict[ShownState, int]) -> dict[str, Any]:
        hour = hour_ahead(self.schedules, now=self.now)
        change = soonest_of(clock_changes(self.schedules, now=self.now), self.zone)
        sees_runs = sees_all(self.user, ScheduledRun)
        return {
            "clocks": told(change, self.zone, self.now, self.lists) if change else None,
            "hour": hour,
            "hour_chart": charts.hour_chart(hour, self.zone),
            "hour_text": hour_text(hour),
            "hour_address": self.lists.schedules(due="hour"),
            "parts": parts(of_state, self.lists),
            "total": sum(of_state.values()),
            "panels": panels(
                self.schedules,
                of_state,
                stuck_runs(self.now) if sees_runs else [],
                self.lists,
                zone=self.zone,
                now=self.now,
                may_cancel=self.user.has_perm(
                    "ostinato_workflows.change_workflowexecution"
                ),
            ),
        }

    def _runs(self) -> dict[str, Any]:
        found = last_day(now=self.now, begins=self.day_begins)
        return {
            "day": found,
            "day_chart": charts.day_chart(found, self.zone),
            "day_totals": day.totals(found, self.lists),
            "day_columns": day.columns(),
            "day_rows": day.rows(found, self.lists, self.zone),
        }


def hour_text(hour: HourAhead) -> str:
    """ "343 runs from 58 schedules"."""
    runs = ngettext("{} run", "{} runs", hour.total).format(grouped(hour.total))
    schedules = ngettext("{} schedule", "{} schedules", hour.schedules).format(
        grouped(hour.schedules)
    )
    text = _("{runs} from {schedules}").format(runs=runs, schedules=schedules)
    return text if hour.is_whole else _("at least {}").format(text)

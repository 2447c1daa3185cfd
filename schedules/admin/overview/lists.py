"""The addresses of the lists that the overview counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.admin import AdminSite
from django.urls import NoReverseMatch, reverse

from schedules.admin.when import between
from schedules.display.states import ShownState


class Lists:
    """Those of one admin site."""

    def __init__(self, site: AdminSite) -> None:
        self._site = site

    def _at(self, name: str, *args: object, **query: Any) -> str:
        address = reverse(f"admin:{name}", args=args, current_app=self._site.name)
        return f"{address}?{urlencode(query)}" if query else address

    def schedules(self, **query: Any) -> str:
        return self._at("ostinato_schedules_scheduledjob_changelist", **query)

    def in_state(self, state: ShownState) -> str:
        return self.schedules(state=state.value)

    def schedule(self, pk: UUID) -> str:
        return self._at("ostinato_schedules_scheduledjob_change", pk)

    def new_schedule(self) -> str:
        return self._at("ostinato_schedules_scheduledjob_add")

    def new_workflow(self) -> str:
        return self._at("ostinato_workflows_workflow_add")

    def runs(self, **query: Any) -> str:
        return self._at("ostinato_schedules_scheduledrun_changelist", **query)

    def runs_between(
        self, begin: datetime, end: datetime | None = None, **query: Any
    ) -> str:
        return self.runs(**query, when=between(begin, end))

    def run(self, pk: UUID) -> str:
        return self._at("ostinato_schedules_scheduledrun_change", pk)

    def cancel(self, pk: UUID) -> str:
        """What cancels a run. No list: the one thing that is done from the overview."""
        return self._at("ostinato_schedules_scheduledrun_cancel", pk)

    def execution(self, pk: UUID) -> str:
        return self._at("ostinato_workflows_workflowexecution_change", pk)

    def events(self) -> str:
        return self._at("ostinato_schedules_scheduleevent_changelist")

    def approvals(self) -> str:
        """The inbox; where there is none, the list."""
        try:
            return self._at("ostinato_approvals")
        except NoReverseMatch:
            return self.in_state(ShownState.NEEDS_APPROVAL)

    def calendar(self, day: str) -> str:
        """The day in the calendar; where there is none, the list."""
        try:
            return self._at("ostinato_calendar", day=day)
        except NoReverseMatch:
            return self.schedules(schedule_type="cron")

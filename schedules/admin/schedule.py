"""The page of one schedule: its form, its state and its history."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from typing_extensions import override

from schedules.admin.buttons import COPY, offered
from schedules.admin.changelist import ChangeListAdmin
from schedules.admin.form.pages import FormPages
from schedules.admin.pages import page_urls
from schedules.models import ScheduledJob, Status
from schedules.services.drafts.calls import mismatch
from workflows.templatetags.workflow_display import as_text

ROWS_OF_HISTORY = 20

REVIVAL = (
    "This schedule has stopped. To revive it, change its timing, its end or its maximum "
    "number of runs. To copy it, use “Save as new”."
)


@admin.register(ScheduledJob)
class ScheduleAdmin(FormPages, ChangeListAdmin):
    """Translates forms into service calls; it never saves a schedule itself."""

    change_list_template = "ostinato/schedules/list/change_list.html"
    change_form_template = "ostinato/schedules/page/change_form.html"
    delete_confirmation_template = "ostinato/schedules/delete_confirmation.html"
    delete_selected_confirmation_template = (
        "ostinato/schedules/delete_selected_confirmation.html"
    )

    @override
    def get_urls(self) -> list[URLPattern]:
        return [*page_urls(self.admin_site), *super().get_urls()]

    @admin.display(description="Calls")
    def calls(self, schedule: ScheduledJob) -> str:
        return schedule.call

    @admin.display(description="Arguments")
    def with_arguments(self, schedule: ScheduledJob) -> SafeString:
        return format_html('<pre class="json">{}</pre>', as_text(schedule.arguments))

    @admin.display(description="Problem of the call", empty_value="none")
    def call_fits(self, schedule: ScheduledJob) -> str | None:
        return mismatch(schedule) or None

    @override
    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: ScheduledJob | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context |= self._state_and_history(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _state_and_history(
        self, request: HttpRequest, schedule: ScheduledJob
    ) -> dict[str, Any]:
        """The template context for the state and the history of the schedule."""
        may = self.has_change_permission(request, schedule)
        context: dict[str, Any] = {
            "buttons": [
                *offered(schedule, request.user),
                *([COPY] if schedule.call and may else []),
            ],
            "request_id": uuid4().hex,
            "last_outcome": self.last_outcome(schedule),
            "runs": schedule.runs.all()[:ROWS_OF_HISTORY],
            "events": schedule.events.all()[:ROWS_OF_HISTORY],
            "epochs": schedule.epochs.order_by("-number")[:ROWS_OF_HISTORY],
            "of_this": urlencode({"schedule__id__exact": schedule.pk}),
        }
        if schedule.status == Status.STOPPED and may:
            context["revival"] = REVIVAL
        return context

"""The list of schedules: its columns, filters and search."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast
from uuid import uuid4

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from typing_extensions import override

from schedules.admin.actions import ActionsAdmin
from schedules.admin.buttons import DECLINE, Button, offered
from schedules.admin.columns import titled_filter
from schedules.exceptions import ScheduleNotFound
from schedules.models import (
    ReasonCode,
    ScheduledJob,
    ScheduleQuerySet,
    with_last_run,
)
from schedules.templatetags.schedule_display import EMPTY, badge, both_times, in_words
from workflows.kit.users import name_of, searched_by_name
from workflows.models import Workflow

# The reasons that only events have, and the absence of a reason.
NOT_OF_SCHEDULES = {
    ReasonCode.NONE,
    ReasonCode.WORKFLOW_DELETED,
    ReasonCode.OWNER_DELETED,
}


class ObjectFilter(admin.SimpleListFilter):
    """`?object=billing.invoice:42`: offered only where it is in the address already."""

    title = "object"
    parameter_name = "object"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(given, given)] if (given := self.value()) else []

    @override
    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ScheduledJob]
    ) -> QuerySet[ScheduledJob]:
        label, _, key = (self.value() or "").partition(":")
        return cast("ScheduleQuerySet", queryset).for_object(label.lower(), key)


class DrawnWorkflows(admin.RelatedOnlyFieldListFilter):
    """Without those that the system has made: a search for what they call finds schedules."""

    @override
    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: Any
    ) -> list[tuple[str, Any]]:
        offered = super().field_choices(field, request, model_admin)
        made = Workflow.objects.exclude(call="").filter(
            pk__in=[pk for pk, _ in offered]
        )
        hidden = set(made.values_list("pk", flat=True))
        return [choice for choice in offered if choice[0] not in hidden]


class ChangeListAdmin(ActionsAdmin):
    """Columns and filters; the number of queries is the same for any number of rows."""

    list_filter = (
        "status",
        ("reason_code", titled_filter("reason", without=NOT_OF_SCHEDULES)),
        "awaits_approval",
        ("schedule_type", titled_filter("type")),
        ("workflow", DrawnWorkflows),
        ObjectFilter,
    )
    search_fields = (
        "name__has_text",
        "description__has_text",
        "workflow__name__has_text",
        "call__has_text",
        *searched_by_name("owner"),
    )
    list_per_page = 50
    list_select_related = ("workflow", "owner")
    # Served by the index `schedule_newest`. Rows in the order of their next run would move
    # under the pointer.
    ordering = ("-created_at", "id")
    # On a large site each of these counts reads every row.
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[ScheduledJob]:
        visible = ScheduledJob.objects.visible_to(request.user)
        return with_last_run(visible, "id", "status", "reason")

    @override
    def get_list_display(
        self, request: HttpRequest
    ) -> tuple[str | Callable[[ScheduledJob], str], ...]:
        @admin.display(description="Actions")
        def buttons(schedule: ScheduledJob) -> SafeString:
            shown = [
                button
                for button in offered(schedule, request.user)
                if button is not DECLINE  # which asks why, on the page of the schedule
            ]
            return _buttons(self.admin_site.name, schedule, shown)

        return (
            "name",
            "shown_status",
            buttons,
            "timing",
            "next_run",
            "last_outcome",
            "runs_and_owner",
        )

    @admin.display(description="Status", ordering="status")
    def shown_status(self, schedule: ScheduledJob) -> SafeString:
        return badge(schedule.status) + format_html(
            ' <span class="quiet">{}</span>', schedule.reason_text
        )

    @admin.display(description="Timing")
    def timing(self, schedule: ScheduledJob) -> str:
        return in_words(schedule)

    @admin.display(description="What runs, and owner", ordering="workflow__name")
    def runs_and_owner(self, schedule: ScheduledJob) -> SafeString:
        return format_html(
            '{} <span class="quiet">{}</span>',
            schedule.target_text,
            name_of(schedule.owner),
        )

    @admin.display(description="Next run", ordering="next_run_at")
    def next_run(self, schedule: ScheduledJob) -> SafeString:
        return both_times(schedule.next_run_at, schedule.timezone)

    @admin.display(description="Latest outcome")
    def last_outcome(self, schedule: ScheduledJob) -> SafeString:
        newest = cast("Any", schedule)  # annotated in `get_queryset`
        if newest.last_run_id is None:
            return EMPTY
        return format_html(
            '<a href="{}">{}</a> <span class="quiet">{}</span>',
            reverse(
                "admin:ostinato_schedules_scheduledrun_change",
                args=(newest.last_run_id,),
                current_app=self.admin_site.name,
            ),
            badge(newest.last_run_status),
            newest.last_run_reason,
        )

    @override
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"request_id": uuid4().hex} | (extra_context or {})
        try:
            return super().changelist_view(request, context)
        except ValidationError:
            # Django queries the selected ids, and one of them is not a valid UUID.
            self.message_user(request, ScheduleNotFound.message, messages.ERROR)
            return redirect(request.get_full_path())


def _buttons(site: str, schedule: ScheduledJob, shown: Iterable[Button]) -> SafeString:
    buttons = format_html_join(
        "",
        '<button class="press press-{}" formmethod="post" formaction="{}" title="{}">{}'
        "</button>",
        (
            (
                button.name,
                reverse(button.view, args=(schedule.pk,), current_app=site),
                f"{button.label}: {schedule.name}",
                button.label,
            )
            for button in shown
        ),
    )
    return format_html('<span class="presses">{}</span>', buttons)

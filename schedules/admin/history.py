"""Runs, events and epochs, read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from typing_extensions import override

from schedules.admin.columns import times, titled_filter
from schedules.models import (
    ReasonCode,
    ScheduledJob,
    ScheduleEpoch,
    ScheduleEvent,
)
from schedules.templatetags.schedule_display import (
    EMPTY,
    who_acted,
)
from workflows.admin.frame import Framed
from workflows.admin.read_only import ReadOnly
from workflows.kit.admin_lists import BoundedSearch

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin


def link(site: admin.AdminSite, page: str, pk: UUID | None, text: object) -> SafeString:
    """A link to a page of this admin site; a dash if `pk` is None."""
    if pk is None:
        return EMPTY
    address = reverse(f"admin:{page}_change", args=(pk,), current_app=site.name)
    return format_html('<a href="{}">{}</a>', address, text)


class HistoryAdmin(ReadOnly, Framed, BoundedSearch, Base):
    """Read-only rows that outlive their schedule."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    class Media:
        css = {"all": ("schedules/admin.css",)}

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Annotated with the schedule's `zone` and `living_name`; null once it is deleted.

        Subqueries, since a join would lose the rows of deleted schedules.
        """
        schedule = ScheduledJob.objects.filter(pk=OuterRef("schedule_id"))
        rows: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(
                zone=Subquery(schedule.values("timezone")),
                living_name=Subquery(schedule.values("name")),
            )
        )
        return rows

    @admin.display(description="Schedule")
    def of_schedule(self, row: Any) -> SafeString:
        if row.living_name is None:
            kept = getattr(row, "schedule_name", "")
            return format_html(
                '{} <span class="quiet">{} (deleted)</span>', kept, row.schedule_id
            )
        return link(
            self.admin_site,
            "ostinato_schedules_scheduledjob",
            row.schedule_id,
            row.living_name,
        )


@admin.register(ScheduleEvent)
class EventAdmin(HistoryAdmin):
    list_display = ("at", "of_schedule", "action", "who", "note")
    list_filter = (
        ("verb", titled_filter("action")),
        ("actor_kind", titled_filter("actor")),
        ("reason_code", titled_filter("reason", without={ReasonCode.NONE})),
    )
    search_fields = (
        "schedule_name__has_text",
        "actor_name__has_text",
        "note__has_text",
    )
    fields = (
        "at",
        "of_schedule",
        "action",
        "who",
        "shown_execution",
        "reason_code",
        "note",
        "before",
        "after",
    )

    at = times("created_at", "Time")

    @admin.display(description="Action", ordering="verb")
    def action(self, event: ScheduleEvent) -> str:
        return event.get_verb_display()

    @admin.display(description="By", ordering="actor_name")
    def who(self, event: ScheduleEvent) -> str:
        return who_acted(event)

    @admin.display(description="Workflow execution")
    def shown_execution(self, event: ScheduleEvent) -> SafeString:
        execution = event.execution_id
        return link(
            self.admin_site,
            "ostinato_workflows_workflowexecution",
            execution,
            execution,
        )


@admin.register(ScheduleEpoch)
class EpochAdmin(HistoryAdmin):
    list_display = ("of_schedule", "number", "begins", "ends", "tick_count")
    ordering = ("-id",)
    fields = (
        "of_schedule",
        "number",
        "timing",
        "tzdata_version",
        "begins",
        "ends",
        "tick_count",
        "counts",
        "pruned",
        "pruned_counts",
    )

    begins = times("from_at", "From (exclusive)")
    ends = times("to_at", "Until (inclusive)")
    pruned = times("pruned_upto", "Pruned until")

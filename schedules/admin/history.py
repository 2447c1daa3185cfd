"""Runs, events and epochs, read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from schedules.admin.columns import times
from schedules.models import (
    ScheduledJob,
    ScheduleEpoch,
)
from schedules.templatetags.schedule_display import (
    EMPTY,
)
from workflows.admin.frame import Framed
from workflows.admin.read_only import ReadOnly
from workflows.kit.admin_lists import BoundedPaginator, BoundedSearch

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

    change_form_template = "ostinato/admin/read_only.html"
    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator
    show_facets = admin.ShowFacets.NEVER
    actions = None

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

    @admin.display(description=gettext_lazy("Schedule"))
    def of_schedule(self, row: Any) -> SafeString:
        if row.living_name is None:
            kept = getattr(row, "schedule_name", "")
            return format_html(
                '{} <span class="quiet">{} {}</span>',
                kept,
                row.schedule_id,
                _("(deleted)"),
            )
        return link(
            self.admin_site,
            "ostinato_schedules_scheduledjob",
            row.schedule_id,
            row.living_name,
        )


@admin.register(ScheduleEpoch)
class EpochAdmin(HistoryAdmin):
    rows_class = "o-lines"

    class Media:
        css = {"all": ("schedules/epochs.css",)}

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

    begins = times("from_at", gettext_lazy("From (exclusive)"))
    ends = times("to_at", gettext_lazy("Until (inclusive)"))
    pruned = times("pruned_upto", gettext_lazy("Pruned until"))

    @override
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = {"title": _("Timing history")}
        return super().changelist_view(request, title | (extra_context or {}))

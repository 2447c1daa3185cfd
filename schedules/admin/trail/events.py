"""The audit trail of the site: who did what to which schedule, with before and after."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from schedules.admin.columns import titled_filter
from schedules.admin.history import HistoryAdmin, link
from schedules.admin.page.changes import Change, Reader
from schedules.admin.trail.csv_export import csv_response
from schedules.admin.when import WhenFilter
from schedules.display.actors import acted_by, avatar, name_in
from schedules.display.trail import did, quoted_note
from schedules.models import ReasonCode, ScheduleEvent
from schedules.templatetags.schedule_display import EMPTY
from workflows.admin.frame import now_of, zone_of
from workflows.display.json_tree import Room, json_tree
from workflows.display.times import moment, time_html
from workflows.kit.admin_lists import BoundedList
from workflows.templatetags.ostinato_icons import icon

ROOM = 60_000  # a page has at most 300 kB
MODEL = "ostinato_schedules_scheduleevent"
EXPORT = f"{MODEL}_csv"
EXECUTION = "ostinato_workflows_workflowexecution"


class EventList(BoundedList):
    """Reads what the rows of a page have changed in two queries, for all of them."""

    @override
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        events = list(self.result_list)
        reader = Reader.of(events, zone=zone_of(request), now=now_of(request))
        for event in events:
            event.__dict__["changes"] = reader.changes(event)
        self.result_list = events


@admin.register(ScheduleEvent)
class EventAdmin(HistoryAdmin):
    change_list_template = "ostinato/schedules/trail/change_list.html"
    list_filter = (
        WhenFilter,
        ("verb", titled_filter(gettext_lazy("Action"))),
        ("actor_kind", titled_filter(gettext_lazy("By"))),
        (
            "reason_code",
            titled_filter(gettext_lazy("Reason"), without={ReasonCode.NONE}),
        ),
    )
    list_display_links = None
    list_select_related = ("actor",)
    search_fields = (
        "schedule_name__has_text",
        "actor_name__has_text",
        "note__has_text",
    )
    search_help_text = gettext_lazy("Schedule, person or note")

    rows_class = "o-lines"

    class Media:
        css = {"all": ("schedules/trail.css",)}

    @override
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return EventList

    @override
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.csv_view)
        return [path("trail.csv", view, name=EXPORT), *super().get_urls()]

    @override
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        address = reverse(f"admin:{EXPORT}", current_app=self.admin_site.name)
        query = request.GET.urlencode()
        more = {
            "title": _("Audit trail"),
            "csv_address": f"{address}?{query}" if query else address,
        }
        return super().changelist_view(request, more | (extra_context or {}))

    def csv_view(self, request: HttpRequest) -> HttpResponseBase:
        """The rows of the list with the same filters, all pages of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            listed = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return redirect(f"{self.admin_site.name}:{MODEL}_changelist")
        return csv_response(request, listed.queryset, now_of(request))

    @override
    def get_list_display(self, request: HttpRequest) -> Any:
        now, zone = now_of(request), zone_of(request)

        @admin.display(description=_("When"), ordering="created_at")
        def when(event: ScheduleEvent) -> SafeString:
            at = event.created_at.replace(microsecond=0)
            name = f"admin:{MODEL}_change"
            site = self.admin_site.name
            address = reverse(name, args=[event.pk], current_app=site)
            shown = time_html(at, moment(at, zone, now))
            return format_html('<a class="o-name" href="{}">{}</a>', address, shown)

        return (when, "of_schedule", "who", "said_with_changes")

    @override
    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Those that say something, and what was recorded as it is."""
        asked = {
            "note": obj.note,
            "reason_code": obj.reason_code,
            "shown_execution": obj.execution_id,
            "recorded_before": obj.before,
            "recorded_after": obj.after,
        }
        shown = (name for name, value in asked.items() if value)
        return ("at", "of_schedule", "who", "said", "changed", *shown)

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    @admin.display(description=gettext_lazy("When"))
    def at(self, event: ScheduleEvent) -> SafeString:
        return time_html(event.created_at, event.__dict__["when"])

    @override
    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: ScheduleEvent | None = None,
    ) -> HttpResponse:
        if obj is not None:
            now, zone = now_of(request), zone_of(request)
            obj.__dict__["changes"] = Reader.of([obj], zone=zone, now=now).changes(obj)
            obj.__dict__["when"] = moment(obj.created_at, zone, now)
            title = f"{obj.schedule_name}: {did(obj)}"
            context |= {"title": title, "subtitle": None}
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description=gettext_lazy("By"), ordering="actor_name")
    def who(self, event: ScheduleEvent) -> SafeString:
        return format_html(
            '<span class="o-who">{}{}</span>',
            avatar(event.actor_kind, name_in(event)),
            acted_by(event),
        )

    @admin.display(description=gettext_lazy("What"))
    def said(self, event: ScheduleEvent) -> str:
        return did(event)

    @admin.display(description=gettext_lazy("What"), ordering="verb")
    def said_with_changes(self, event: ScheduleEvent) -> SafeString:
        note = quoted_note(event)
        return format_html(
            '<span class="o-cell"><span>{}</span>{}{}</span>',
            did(event),
            diffs(event.__dict__.get("changes", [])),
            format_html('<span class="o-quote">{}</span>', note) if note else "",
        )

    @admin.display(description=gettext_lazy("Changed"))
    def changed(self, event: ScheduleEvent) -> SafeString:
        return diffs(event.__dict__.get("changes", [])) or EMPTY

    @admin.display(description=gettext_lazy("Before"))
    def recorded_before(self, event: ScheduleEvent) -> SafeString:
        return _recorded(event.before)

    @admin.display(description=gettext_lazy("After"))
    def recorded_after(self, event: ScheduleEvent) -> SafeString:
        return _recorded(event.after)

    @admin.display(description=gettext_lazy("From the run"))
    def shown_execution(self, event: ScheduleEvent) -> SafeString:
        execution = event.execution_id
        return link(self.admin_site, EXECUTION, execution, execution)


def _recorded(values: Any) -> SafeString:
    return format_html('<div class="o-json">{}</div>', json_tree(values, Room(ROOM)))


def diffs(changes: list[Change]) -> SafeString:
    """Each change as label, old value, arrow, new value."""
    if not changes:
        return mark_safe("")
    arrow = icon("arrow-right", "o-icon--s")
    return format_html_join(
        " ",
        '<span class="o-diff">{} <del>{}</del>{}<span class="o-sr">{}</span>'
        "<ins>{}</ins></span>",
        ((each.label, each.old, arrow, _("to"), each.new) for each in changes),
    )

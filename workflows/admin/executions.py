"""The admin pages of executions, with input and output of each node."""

from __future__ import annotations

from typing import Any, cast
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from typing_extensions import override

from workflows.admin.frame import Framed
from workflows.admin.page_data import page_data
from workflows.admin.read_only import ModelAdmin, ReadOnly
from workflows.kit.admin import page_of_user
from workflows.kit.admin_lists import BoundedSearch
from workflows.kit.users import User, full_name
from workflows.models import Workflow, WorkflowExecution
from workflows.templatetags.workflow_display import as_text


@admin.register(WorkflowExecution)
class WorkflowExecutionAdmin(ReadOnly, Framed, BoundedSearch, ModelAdmin):
    change_form_template = "ostinato/admin/execution.html"
    list_display = [
        "workflow_name",
        "status",
        "failure_kind",
        "trigger_type",
        "owner_name",
        "created_at",
        "started_at",
        "finished_at",
    ]
    list_filter = ["status", "failure_kind", "trigger_type"]
    list_select_related = ["owner"]
    search_fields = ["workflow_name__has_text"]
    show_full_result_count = False
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "status",
                    "failure_kind",
                    "error",
                    "failed_node",
                    "workflow",
                    "graph_version",
                    "owner_page",
                    "parent",
                    "trigger_type",
                    "trigger_node_id",
                    "event_data",
                    "created_at",
                    "started_at",
                    "finished_at",
                ]
            },
        ),
        (
            "Queueing",
            {
                "classes": ["collapse"],
                "fields": [
                    "enqueued_at",
                    "send_count",
                    "lease_until",
                    "cancel_requested_at",
                ],
            },
        ),
    ]

    class Media:
        css = {"all": ("workflows/admin.css",)}

    @override
    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: WorkflowExecution | None = None,
    ) -> HttpResponse:
        context["page_data"] = self._drawing(request, obj)
        if obj:
            zone = ZoneInfo(context["page_data"]["zone"])
            context |= {"title": _title(obj, zone), "subtitle": None}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _drawing(
        self, request: HttpRequest, execution: WorkflowExecution | None
    ) -> dict[str, Any]:
        """What the drawing shows, with the workflow if the user may view it."""
        workflow_id = execution and execution.workflow_id
        workflow = None
        if workflow_id:
            visible = Workflow.objects.visible_to(cast("User", request.user))
            workflow = visible.filter(pk=workflow_id).first()
        return page_data(
            request,
            self.admin_site,
            "execution",
            workflow=workflow,
            execution=execution,
        )

    @admin.display(description="Owner", ordering="owner")
    def owner_name(self, row: WorkflowExecution) -> str:
        return full_name(row.owner) if row.owner else ""

    @admin.display(description="Owner")
    def owner_page(self, row: WorkflowExecution) -> str:
        return page_of_user(self.admin_site, row.owner)

    @admin.display(description="Event")
    def event_data(self, execution: WorkflowExecution) -> SafeString:
        return format_html('<pre class="json">{}</pre>', as_text(execution.event))


def _title(execution: WorkflowExecution, zone: ZoneInfo) -> str:
    """Which run it is, in words for people: its id says nothing to them."""
    begin = (execution.started_at or execution.created_at).astimezone(zone)
    return f"{execution.workflow_name}, run of {begin:%-d %b %Y, %H:%M}"

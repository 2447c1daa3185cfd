"""The admin pages of executions, with input and output of each node."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from workflows.admin.read_only import ModelAdmin, ReadOnly
from workflows.models import WorkflowExecution
from workflows.templatetags.workflow_display import as_text


@admin.register(WorkflowExecution)
class WorkflowExecutionAdmin(ReadOnly, ModelAdmin):
    list_display = [
        "workflow_name",
        "status",
        "failure_kind",
        "trigger_type",
        "owner",
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
                    "owner",
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

    @admin.display(description="Event")
    def event_data(self, execution: WorkflowExecution) -> SafeString:
        return format_html('<pre class="json">{}</pre>', as_text(execution.event))

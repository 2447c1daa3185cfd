"""Workflows and what became of them, for people. Graphs are drawn elsewhere: here they are
read-only, and so is all history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from typing_extensions import override

from workflows import services
from workflows.models import (
    NodeRun,
    Workflow,
    WorkflowEdge,
    WorkflowExecution,
    WorkflowNode,
)

# Django's own admin classes take no type parameters when the program runs.
if TYPE_CHECKING:
    AnyAdmin = admin.options.BaseModelAdmin[Any]
    Inline = admin.TabularInline[Any, Any]
    ModelAdmin = admin.ModelAdmin[Any]
else:
    AnyAdmin = admin.options.BaseModelAdmin
    Inline = admin.TabularInline
    ModelAdmin = admin.ModelAdmin


class ReadOnly(AnyAdmin):
    """What nobody may add, change or delete by hand."""

    @override
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(ReadOnly, Inline):
    """Part of what it stands in: whoever may see that may see this."""

    extra = 0

    @override
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class NodeInline(ReadOnlyInline):
    model = WorkflowNode
    fields = ["node_id", "component_type", "label", "config", "is_active"]


class EdgeInline(ReadOnlyInline):
    model = WorkflowEdge
    fields = ["source", "source_port", "target", "kind"]

    @override
    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("source", "target")


class NodeRunInline(ReadOnlyInline):
    model = NodeRun
    fields = [
        "sequence",
        "node_id",
        "component_type",
        "status",
        "port",
        "input",
        "output",
        "error",
        "started_at",
        "finished_at",
    ]


@admin.register(Workflow)
class WorkflowAdmin(ModelAdmin):
    list_display = ["name", "owner", "is_active", "version", "updated_at"]
    list_filter = ["is_active"]
    list_select_related = ["owner"]
    search_fields = ["name", "description"]
    fields = ["name", "description", "is_active", "owner", "version", "updated_at"]
    readonly_fields = ["owner", "version", "updated_at"]
    inlines = [NodeInline, EdgeInline]

    @override
    def get_inlines(self, request: HttpRequest, obj: Workflow | None) -> list[Any]:
        return list(self.inlines) if obj else []

    @override
    def save_model(
        self,
        request: HttpRequest,
        obj: Workflow,
        form: ModelForm[Workflow],
        change: bool,
    ) -> None:
        actor = cast("User", request.user)
        now = timezone.now()  # noqa: TID251 - an entry point
        values = cast("services.Changes", form.cleaned_data)
        if change:
            services.update_workflow(obj, values, actor=actor, now=now)
        else:
            obj.pk = services.create_workflow(values, actor=actor, now=now).pk
            obj.refresh_from_db()


@admin.register(WorkflowExecution)
class WorkflowExecutionAdmin(ReadOnly, ModelAdmin):
    list_display = [
        "workflow_name",
        "status",
        "trigger_type",
        "owner",
        "created_at",
        "started_at",
        "finished_at",
    ]
    list_filter = ["status", "trigger_type"]
    list_select_related = ["owner"]
    search_fields = ["workflow_name"]
    show_full_result_count = False
    inlines = [NodeRunInline]

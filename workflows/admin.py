"""Workflows and what became of them, for people. Graphs are drawn elsewhere: here they are
read-only, and so is all history."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from typing_extensions import override

from workflows import services
from workflows.exceptions import NotFound, WorkflowInUse
from workflows.forms import ServiceForm
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


class WorkflowForm(ServiceForm):
    actor: ClassVar[User]

    @override
    def save_by_service(self) -> Workflow:
        now = timezone.now()  # noqa: TID251 - an entry point
        changes = cast(
            "services.Changes",
            {name: self.cleaned_data[name] for name in self.changed_data},
        )
        if self.instance._state.adding:
            values = cast("services.Changes", self.cleaned_data)
            return services.create_workflow(values, actor=self.actor, now=now)
        if not changes:
            return cast("Workflow", self.instance)
        return services.update_workflow(
            self.instance, changes, actor=self.actor, now=now
        )


@admin.register(Workflow)
class WorkflowAdmin(ModelAdmin):
    form = WorkflowForm
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
    def get_form(
        self,
        request: HttpRequest,
        obj: Workflow | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[WorkflowForm]:
        form = super().get_form(request, obj, change, **kwargs)
        assert issubclass(form, WorkflowForm)
        form.actor = _user_of(request)  # the class was made for this request
        return form

    @override
    def save_model(
        self, request: HttpRequest, obj: Workflow, form: Any, change: bool
    ) -> None:
        """Nothing: a valid `WorkflowForm` has been saved by the service."""

    @override
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except WorkflowInUse as error:
            self.message_user(request, error.message, messages.ERROR)
            return redirect("admin:workflows_workflow_change", object_id)

    @override
    def delete_model(self, request: HttpRequest, obj: Workflow) -> None:
        # Somebody else may have been quicker.
        with suppress(NotFound):
            services.delete_workflow(obj, actor=_user_of(request))

    @override
    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[Workflow]
    ) -> None:
        for workflow in queryset:
            try:
                self.delete_model(request, workflow)
            except WorkflowInUse as error:
                why = f"“{workflow.name}”: {error.message}"
                self.message_user(request, why, messages.ERROR)


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


def _user_of(request: HttpRequest) -> User:
    return cast("User", request.user)

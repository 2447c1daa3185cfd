"""The admin pages of workflows; the services save them."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from workflows import services
from workflows.admin.canvas import CanvasPages
from workflows.admin.read_only import ReadOnlyInline
from workflows.kit.admin import page_of_user
from workflows.kit.forms import ServiceForm
from workflows.kit.users import User, full_name
from workflows.models import Workflow, WorkflowEdge, WorkflowNode, WorkflowVersion
from workflows.services.dependents import count_deleted
from workflows.services.versions import KEPT

IN_THE_BACKGROUND = _(
    "“{}” has many schedules or executions and is being deleted in the background. "
    "It does not start any more."
)


class NodeInline(ReadOnlyInline):
    model = WorkflowNode
    fields = ["node_id", "component_type", "label", "config", "is_active"]


class EdgeInline(ReadOnlyInline):
    model = WorkflowEdge
    fields = ["source", "source_port", "target", "kind"]

    @override
    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("source", "target")


class VersionInline(ReadOnlyInline):
    model = WorkflowVersion
    fields = ["number", "saved_at", "saved_by_name", "note", "node_count", "edge_count"]
    verbose_name_plural = _("versions")

    @override
    def get_queryset(self, request: HttpRequest) -> Any:
        """The last ones: those that executions keep may be any number."""
        newest = F("workflow__graph_version") - KEPT
        rows = super().get_queryset(request).filter(number__gt=newest)
        return rows.defer("graph")


class WorkflowForm(ServiceForm):
    user: ClassVar[User]
    # Not a field of the workflow: it confirms a change that would otherwise be refused.
    orphan_schedules = forms.BooleanField(
        required=False,
        label=_("Leave its schedules without a trigger"),
        help_text=_(
            "Tick this to deactivate the workflow although schedules start it. "
            "Their runs will fail until it is active again."
        ),
    )

    @override
    def save_by_service(self) -> Workflow:
        now = timezone.now()  # noqa: TID251 - an entry point
        given = self.cleaned_data
        if self.instance._state.adding:
            given.pop("orphan_schedules", None)
            values = cast("services.Changes", given)
            return services.create_workflow(values, user=self.user, now=now)
        # Only what was edited, so that concurrent changes by others stay.
        touched = {name: given[name] for name in self.changed_data}
        orphan_schedules = touched.pop("orphan_schedules", False)
        return services.update_workflow(
            self.instance,
            cast("services.Changes", touched),
            user=self.user,
            now=now,
            orphan_schedules=orphan_schedules,
        )


class OfCalls(admin.SimpleListFilter):
    """The list has those that the system has made only if they are asked for."""

    title = _("made for calls")
    parameter_name = "of_calls"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", str(_("Yes")))]

    @override
    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Workflow]
    ) -> QuerySet[Workflow]:
        return queryset.exclude(call="") if self.value() else queryset.filter(call="")


@admin.register(Workflow)
class WorkflowAdmin(CanvasPages):
    form = WorkflowForm
    rows_class = "o-lines"
    list_display = [
        "name",
        "canvas",
        "owner_name",
        "is_active",
        "version",
        "updated_at",
        "deletion",
    ]
    list_filter = ["is_active", OfCalls]
    list_select_related = ["owner"]
    search_fields = ["name__has_text", "description__has_text"]
    fields = [
        "name",
        "description",
        "is_active",
        "owner_page",
        "version",
        "graph_version",
        "updated_at",
    ]
    readonly_fields = ["owner_page", "version", "graph_version", "updated_at"]
    inlines = [NodeInline, EdgeInline, VersionInline]

    @override
    def has_change_permission(
        self, request: HttpRequest, obj: Workflow | None = None
    ) -> bool:
        """Nobody changes those that the system has made."""
        may = super().has_change_permission(request, obj)
        return may and not (obj and obj.call)

    @override
    def has_delete_permission(
        self, request: HttpRequest, obj: Workflow | None = None
    ) -> bool:
        may = super().has_delete_permission(request, obj)
        return may and not (obj and obj.call)

    @override
    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Pickers, of a project's own admin too, offer none that the system has made."""
        rows, repeats = super().get_search_results(request, queryset, search_term)
        match = request.resolver_match
        if match and match.url_name == "autocomplete":
            rows = rows.filter(call="")
        return rows, repeats

    @admin.display(description=_("Owner"), ordering="owner")
    def owner_name(self, row: Workflow) -> str:
        return full_name(row.owner)

    @admin.display(description=_("Owner"))
    def owner_page(self, row: Workflow) -> str:
        return page_of_user(self.admin_site, row.owner)

    @admin.display(description=_("Deletion"), empty_value="")
    def deletion(self, workflow: Workflow) -> str | None:
        return str(_("being deleted")) if workflow.deleting_since else None

    @override
    def get_inlines(self, request: HttpRequest, obj: Workflow | None) -> list[Any]:
        return list(self.inlines) if obj else []

    @override
    def get_fields(self, request: HttpRequest, obj: Workflow | None = None) -> Any:
        """A new workflow has no schedules to be left without a trigger."""
        fields = list(super().get_fields(request, obj))
        if obj is not None and self.has_change_permission(request, obj):
            fields.insert(fields.index("is_active") + 1, "orphan_schedules")
        return fields

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
        form.user = _user_of(request)  # this class was created for this request
        return form

    @override
    def save_model(
        self, request: HttpRequest, obj: Workflow, form: Any, change: bool
    ) -> None:
        """Does nothing: a valid `WorkflowForm` has already been saved by the service."""

    @override
    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """The workflows by name, and how many related rows are deleted with them: thousands of
        schedules are counted, not listed. Permission to delete a workflow covers them."""
        chosen = list(objs)
        rows = Workflow.objects.filter(pk__in=[workflow.pk for workflow in chosen])
        return list(map(str, chosen)), dict(count_deleted(rows)), set(), []

    @override
    def delete_model(self, request: HttpRequest, obj: Workflow) -> None:
        now = timezone.now()  # noqa: TID251 - an entry point
        deletion = services.delete_workflow(obj, user=_user_of(request), now=now)
        if not deletion.done:
            self.message_user(request, str(IN_THE_BACKGROUND).format(obj.name))


def _user_of(request: HttpRequest) -> User:
    return cast("User", request.user)

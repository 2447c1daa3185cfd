"""The API of workflows, executions and node types."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django_filters import rest_framework as filters
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from workflows import services
from workflows.api.own_rows import ORPHAN_SCHEDULES, OwnRows, may_orphan
from workflows.api.serializers import (
    DeletionSerializer,
    ExecutionDetailSerializer,
    ExecutionSerializer,
    NodeTypeSerializer,
    NodeTypesSerializer,
    WorkflowChanges,
    WorkflowFields,
    WorkflowSerializer,
)
from workflows.failures import FailureKind
from workflows.kit.api.dry_run import DryRun, is_dry
from workflows.kit.api.ordering import ordering_filter
from workflows.kit.api.preconditions import IF_MATCH, VersionedView
from workflows.kit.api.queries import (
    MOST_TEXT,
    StrictQuery,
    choice_filter,
    true_or_false_filter,
)
from workflows.kit.api.requests import clock, user_of, valid
from workflows.kit.api.schema import extend_schema, extend_schema_view
from workflows.kit.api.strict import StrictSerializer
from workflows.models import Workflow, WorkflowExecution
from workflows.registry import registry
from workflows.scopes import Scope


class WorkflowFilter(filters.FilterSet):
    search = filters.CharFilter(
        field_name="name", lookup_expr="has_text", max_length=MOST_TEXT
    )
    is_active = true_or_false_filter("whether triggers may start it")
    # Without it `get_queryset` leaves them out.
    of_calls = filters.TypedChoiceFilter(
        choices=[("true", "true"), ("false", "false")],
        method="made",
        error_messages={"invalid_choice": "Must be true or false."},
        label="Only the workflows that the system has made for schedules that call. The list "
        "leaves them out otherwise.",
    )
    ordering = ordering_filter("created_at", "name")

    class Meta:
        model = Workflow
        fields = ["is_active", "of_calls"]

    def made(
        self, workflows: models.QuerySet[Workflow], name: str, value: str
    ) -> models.QuerySet[Workflow]:
        return workflows.exclude(call="") if value == "true" else workflows


@extend_schema_view(
    list=extend_schema(description="The workflows that you may view, by name."),
    retrieve=extend_schema(
        description="One workflow. Its nodes and edges are at `graph/`."
    ),
)
class WorkflowViewSet(
    VersionedView,
    DryRun,
    OwnRows,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Workflow],
):
    model = Workflow
    serializer_class = WorkflowSerializer
    attempts_parts = frozenset({"destroy"})
    scopes = dict.fromkeys(("create", "partial_update", "destroy"), Scope.EDIT)
    deletion: services.Deletion | None = None
    filterset_class = WorkflowFilter

    @override
    def get_queryset(self) -> models.QuerySet[Any]:
        rows = super().get_queryset()
        asked = self.request.query_params.get("of_calls") == "true"
        return rows.filter(call="") if self.action == "list" and not asked else rows

    @override
    def before(self) -> Any:
        if "pk" not in self.kwargs:
            return None
        return WorkflowSerializer(self.get_object()).data

    @override
    def extra_fields(self, after: Any) -> dict[str, Any]:
        """How many rows would be deleted: schedules are deleted with their workflow."""
        return {} if self.deletion is None else {"deleted": self.deletion.deleted}

    @extend_schema(request=WorkflowFields, responses={201: WorkflowSerializer})
    def create(self, request: Request) -> Response:
        """Create a workflow without nodes. You become its owner."""
        values = valid(WorkflowFields(data=request.data))
        workflow = services.create_workflow(
            cast("services.Changes", values), user=user_of(request), now=clock()
        )
        return Response(WorkflowSerializer(workflow).data, status.HTTP_201_CREATED)

    @extend_schema(
        request=WorkflowChanges,
        responses=WorkflowSerializer,
        parameters=[IF_MATCH, ORPHAN_SCHEDULES],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the given fields. A workflow that schedules start can be deactivated only with
        `orphan_schedules`."""
        workflow = self.get_object()
        changes = valid(WorkflowChanges(data=request.data, partial=True))
        with self.precondition(changes) as version:
            changed = services.update_workflow(
                workflow,
                cast("services.Changes", changes),
                user=user_of(request),
                version=version,
                now=clock(),
                orphan_schedules=may_orphan(request),
            )
        return Response(WorkflowSerializer(changed).data)

    @extend_schema(
        parameters=[IF_MATCH], responses={204: None, 202: DeletionSerializer}
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the workflow with its graph, webhooks and schedules. Its executions stay.

        With many schedules or executions the response is 202: from then on the workflow cannot
        start or be changed, and it is deleted in the background. Until then `deleting_since` is
        set, and a dry run counts what is left.
        """
        workflow = self.get_object()
        user = user_of(request)
        with self.precondition({}) as version:
            if is_dry(request):
                self.deletion = services.preview_deletion(
                    workflow, user=user, version=version
                )
                return Response(status=status.HTTP_204_NO_CONTENT)
            self.deletion = services.delete_workflow(
                workflow, user=user, version=version, now=clock()
            )
        if self.deletion.done:
            return Response(status=status.HTTP_204_NO_CONTENT)
        extent = DeletionSerializer({"deleted": self.deletion.deleted}).data
        return Response(extent, status=status.HTTP_202_ACCEPTED)


class ExecutionFilter(filters.FilterSet):
    # By the id alone: looking the workflow up would reveal whether it exists.
    workflow = filters.UUIDFilter(field_name="workflow_id")
    status = choice_filter(WorkflowExecution.Status.choices)
    failure_kind = choice_filter(FailureKind.choices)
    ordering = ordering_filter("created_at")

    class Meta:
        model = WorkflowExecution
        fields = ["status", "failure_kind", "trigger_type"]


@extend_schema_view(
    list=extend_schema(description="The executions that you may view, newest first."),
    retrieve=extend_schema(
        description="One execution, with the input, output and error of each node."
    ),
)
class ExecutionViewSet(
    DryRun,
    OwnRows,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[WorkflowExecution],
):
    model = WorkflowExecution
    filterset_class = ExecutionFilter
    scopes = {"cancel": Scope.OPERATE}

    @override
    def before(self) -> Any:
        return ExecutionSerializer(self.get_object()).data

    @override
    def get_queryset(self) -> models.QuerySet[Any]:
        rows = super().get_queryset()
        if self.action == "retrieve":
            return rows.prefetch_related("node_runs")
        return rows

    @override
    def get_serializer_class(self) -> type[ExecutionSerializer]:
        if self.action == "retrieve":
            return ExecutionDetailSerializer
        return ExecutionSerializer

    @extend_schema(request=None, responses=ExecutionSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Cancel the execution: at once if it has not started, else within seconds."""
        execution = self.get_object()
        valid(StrictSerializer(data=request.data))  # it accepts no fields
        cancelled = services.cancel_execution(
            execution, user=user_of(request), now=clock()
        )
        return Response(ExecutionSerializer(cancelled).data)


class NodeTypesView(StrictQuery):
    """All node types, with label, ports and the JSON schema of their configuration."""

    @extend_schema(responses=NodeTypesSerializer)
    def get(self, request: Request) -> Response:
        return Response(
            {
                "results": [
                    NodeTypeSerializer(component).data for component in registry.all()
                ],
                "next": None,
                "previous": None,
            }
        )

"""Serializers of workflows, executions and node types; `graph_serializers` has graphs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from workflows.api.component_type import ComponentTypeField
from workflows.failures import FailureKind
from workflows.kit.api.serializers import ModelSerializer
from workflows.kit.api.strict import (
    StrictSerializer,
    TextField,
    TrueOrFalseField,
    WholeNumberField,
)
from workflows.models import NodeRun, Workflow, WorkflowExecution
from workflows.registry import Component
from workflows.services.definition import MAX_DESCRIPTION, MAX_NAME


class WorkflowSerializer(ModelSerializer[Workflow]):
    class Meta:
        model = Workflow
        fields = [
            "id",
            "name",
            "description",
            "owner",
            "is_active",
            "deleting_since",
            "version",
            "graph_version",
            "created_at",
            "updated_at",
        ]


class DeletionSerializer(serializers.Serializer[Any]):
    """The extent of a deletion: how many rows of each kind."""

    deleted = serializers.DictField(child=serializers.IntegerField())


class WorkflowFields(StrictSerializer):
    """A new workflow."""

    name = TextField(max_length=MAX_NAME)
    description = TextField(
        max_length=MAX_DESCRIPTION, allow_blank=True, required=False
    )
    is_active = TrueOrFalseField(required=False)


class WorkflowChanges(WorkflowFields):
    """Changes of a workflow. With `version`, they are refused if it has changed since."""

    version = WholeNumberField(min_value=1, required=False)


class NodeRunSerializer(ModelSerializer[NodeRun]):
    component_type = ComponentTypeField(read_only=True)

    class Meta:
        model = NodeRun
        fields = [
            "sequence",
            "node_id",
            "component_type",
            "label",
            "status",
            "input",
            "output",
            "error",
            "port",
            "started_at",
            "finished_at",
        ]


def failure_kind_field(help_text: str) -> serializers.ChoiceField:
    """A read-only field with a failure kind, which may be empty."""
    return serializers.ChoiceField(
        choices=FailureKind.choices,
        allow_blank=True,
        read_only=True,
        help_text=help_text,
    )


class ExecutionSerializer(ModelSerializer[WorkflowExecution]):
    failure_kind = failure_kind_field(
        "Why the execution failed; empty unless it has failed."
    )

    class Meta:
        model = WorkflowExecution
        fields = [
            "id",
            "workflow",
            "workflow_name",
            "graph_version",
            "owner",
            "parent",
            "trigger_type",
            "trigger_node_id",
            "event",
            "status",
            "failure_kind",
            "error",
            "failed_node",
            "cancel_requested_at",
            "created_at",
            "enqueued_at",
            "started_at",
            "finished_at",
        ]


class ExecutionDetailSerializer(ExecutionSerializer):
    node_runs = NodeRunSerializer(many=True, read_only=True)

    class Meta(ExecutionSerializer.Meta):
        fields = [*ExecutionSerializer.Meta.fields, "node_runs"]


def _texts(help_text: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), help_text=help_text)


class NodeTypeSerializer(serializers.Serializer[Component]):
    """A component: how a palette shows it, and the JSON schema of its configuration."""

    type = ComponentTypeField()
    label = serializers.CharField()  # type: ignore[assignment]
    description = serializers.CharField()
    category = serializers.CharField()
    icon = serializers.CharField()
    colour = serializers.CharField()
    kind = serializers.CharField()
    inputs = serializers.ListField(child=serializers.CharField())
    ports = serializers.ListField(child=serializers.CharField())
    port_fields = _texts(
        "Where the configuration names the ports, such as `cases[].port`. Without any, "
        "a node always has the `ports`."
    )
    takes_tools = serializers.BooleanField()
    can_be_tool = serializers.BooleanField()
    config_schema = serializers.DictField()
    text_templates = _texts("The fields that are templates for text.")
    value_templates = _texts("The fields that are templates for any JSON value.")
    condition_fields = _texts("Where the configuration holds conditions.")


class NodeTypesSerializer(serializers.Serializer[Any]):
    """All node types, on one page."""

    results = NodeTypeSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)

"""Serializers of workflows, graphs, executions and node types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from workflows.api.component_type import ComponentTypeField
from workflows.failures import FailureKind
from workflows.graph import FLOW, MAX_EDGES, MAX_NODES
from workflows.kit.api.strict import (
    JSONObjectField,
    SlugField,
    StrictSerializer,
    TextField,
    TrueOrFalseField,
    WholeNumberField,
)
from workflows.models import EdgeKind, NodeRun, Workflow, WorkflowExecution
from workflows.models.workflow import KEY_LENGTH, NAME_LENGTH
from workflows.registry import Component
from workflows.services import EdgeSpec, GraphSpec, NodeSpec
from workflows.services.definition import MAX_DESCRIPTION, MAX_NAME


class WorkflowSerializer(serializers.ModelSerializer[Workflow]):
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


class NodeSerializer(StrictSerializer):
    # The value of a schedule's `trigger_node`. Ignored when a graph is saved.
    id = serializers.IntegerField(read_only=True)
    node_id = SlugField(max_length=KEY_LENGTH)
    component_type = ComponentTypeField(max_length=KEY_LENGTH)
    # It may share the name of an attribute of fields: the metaclass removes it.
    label = TextField(  # type: ignore[assignment]
        max_length=NAME_LENGTH, allow_blank=True, default=""
    )
    config = JSONObjectField(default=dict)
    position = JSONObjectField(default=dict)
    is_active = TrueOrFalseField(default=True)


class EdgeSerializer(StrictSerializer):
    source = TextField(max_length=KEY_LENGTH)  # type: ignore[assignment]
    target = TextField(max_length=KEY_LENGTH)
    source_port = TextField(max_length=KEY_LENGTH, default="out")
    kind = serializers.ChoiceField(
        choices=EdgeKind.choices,
        default=FLOW,
        error_messages={"invalid_choice": f"Must be {' or '.join(EdgeKind.values)}."},
    )


class GraphSerializer(StrictSerializer):
    # The items of a list that is too long are not validated: each invalid one costs time.
    nodes = NodeSerializer(many=True, max_length=MAX_NODES)  # type: ignore[call-arg]
    edges = EdgeSerializer(many=True, max_length=MAX_EDGES)  # type: ignore[call-arg]
    version = WholeNumberField(min_value=1, required=False)


def graph_spec(sent: Mapping[str, Any]) -> GraphSpec:
    """The graph to save, from data that `GraphSerializer` has validated."""
    return GraphSpec(
        [NodeSpec(**node) for node in sent["nodes"]],
        [EdgeSpec(**edge) for edge in sent["edges"]],
    )


def graph_of(workflow: Workflow) -> dict[str, Any]:
    """The graph in the shape that `GraphSerializer` accepts, in two queries."""
    nodes = list(workflow.nodes.all())
    names = {node.pk: node.node_id for node in nodes}
    edges = [
        {
            "source": names[edge.source_id],
            "target": names[edge.target_id],
            "source_port": edge.source_port,
            "kind": edge.kind,
        }
        for edge in workflow.edges.all()
        # Another graph may have been saved between the two queries.
        if edge.source_id in names and edge.target_id in names
    ]
    return {
        "nodes": NodeSerializer(nodes, many=True).data,
        "edges": edges,
        "version": workflow.version,
    }


class NodeRunSerializer(serializers.ModelSerializer[NodeRun]):
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


class ExecutionSerializer(serializers.ModelSerializer[WorkflowExecution]):
    failure_kind = failure_kind_field(
        "Why the execution failed; empty unless it has failed."
    )

    class Meta:
        model = WorkflowExecution
        fields = [
            "id",
            "workflow",
            "workflow_name",
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

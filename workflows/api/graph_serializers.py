"""Serializers of graphs and their versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from workflows import services
from workflows.api.component_type import ComponentTypeField
from workflows.graph import FLOW, MAX_EDGES, MAX_NODES
from workflows.kit.api.serializers import ModelSerializer
from workflows.kit.api.strict import (
    JSONObjectField,
    SlugField,
    StrictSerializer,
    TextField,
    TrueOrFalseField,
    WholeNumberField,
)
from workflows.layout import MAX_NOTE_TEXT, MAX_NOTES
from workflows.models import EdgeKind, Workflow, WorkflowVersion
from workflows.models.version import MAX_NOTE
from workflows.models.workflow import KEY_LENGTH, NAME_LENGTH


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
    position = JSONObjectField(
        default=dict, help_text="Its `x` and `y` on the canvas; empty: not placed yet."
    )
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


class NoteSerializer(StrictSerializer):
    id = SlugField(max_length=KEY_LENGTH)
    text = TextField(max_length=MAX_NOTE_TEXT, allow_blank=True)
    position = JSONObjectField(help_text="Its `x` and `y` on the canvas.")
    size = JSONObjectField(help_text="Its `width` and `height`.")


class VersionGraphSerializer(StrictSerializer):
    """The graph of a version."""

    # The items of a list that is too long are not validated: each invalid one costs time.
    nodes = NodeSerializer(many=True, max_length=MAX_NODES)  # type: ignore[call-arg]
    edges = EdgeSerializer(many=True, max_length=MAX_EDGES)  # type: ignore[call-arg]
    notes = NoteSerializer(  # type: ignore[call-arg]
        many=True, max_length=MAX_NOTES, required=False
    )


def version_note() -> TextField:
    """What a save is about, for the list of versions."""
    return TextField(
        max_length=MAX_NOTE, allow_blank=True, required=False, write_only=True
    )


class LayoutSerializer(StrictSerializer):
    """The layout on which a graph was drawn."""

    positions = JSONObjectField(help_text="The position of each node, by `node_id`.")
    notes = NoteSerializer(many=True, max_length=MAX_NOTES)  # type: ignore[call-arg]


class GraphSerializer(VersionGraphSerializer):
    """A graph. With `graph_version`, it is refused if another has been saved since."""

    graph_version = WholeNumberField(min_value=0, required=False)
    layout_before = LayoutSerializer(
        required=False,
        write_only=True,
        help_text="As you read it: what you have not moved or written since then stays as "
        "others have saved it. Without it, your layout replaces theirs.",
    )
    version_note = version_note()


class RestoreSerializer(StrictSerializer):
    """A restoration. With `graph_version`, it is refused if that is not current any more."""

    graph_version = WholeNumberField(min_value=0, required=False)
    version_note = version_note()


class VersionSerializer(ModelSerializer[WorkflowVersion]):
    saved_by = serializers.CharField(
        source="saved_by_name", help_text="A user name; empty if nobody is known."
    )
    nodes = serializers.IntegerField(source="node_count", help_text="How many.")
    edges = serializers.IntegerField(source="edge_count", help_text="How many.")
    is_current = serializers.SerializerMethodField()

    class Meta:
        model = WorkflowVersion
        fields = [
            "number",
            "saved_at",
            "saved_by",
            "note",
            "nodes",
            "edges",
            "is_current",
        ]

    def get_is_current(self, version: WorkflowVersion) -> bool:
        return bool(version.number == self.context["workflow"].graph_version)


class VersionDetailSerializer(VersionSerializer):
    graph = VersionGraphSerializer()

    class Meta(VersionSerializer.Meta):
        fields = [*VersionSerializer.Meta.fields, "graph"]


def graph_spec(sent: Mapping[str, Any]) -> services.GraphSpec:
    """The graph to save, from data that `GraphSerializer` has validated."""
    return services.GraphSpec.of({"notes": [], **sent})


def layout_before(sent: Mapping[str, Any]) -> services.Layout | None:
    """The layout on which the graph in data of `GraphSerializer` was drawn, if it is known."""
    if not (layout := sent.get("layout_before")):
        return None
    notes = [services.NoteSpec(**note) for note in layout["notes"]]
    return services.Layout(layout["positions"], notes)


def graph_of(workflow: Workflow) -> dict[str, Any]:
    """The graph in the shape that `GraphSerializer` accepts, in three queries."""
    saved = services.read_graph(workflow)
    return {
        "nodes": NodeSerializer([*saved.nodes.values()], many=True).data,
        "edges": [asdict(edge) for edge in saved.spec.edges],
        "notes": [asdict(note) for note in saved.spec.notes],
        "graph_version": workflow.graph_version,
    }

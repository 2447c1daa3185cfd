"""A graph as plain values: to save, as it is saved, and as its versions keep it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from workflows.graph import FLOW, Edge
from workflows.kit.json_value import same_json


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSpec:
    """A node to save. Without a position the canvas places it."""

    node_id: str
    component_type: str
    label: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    position: dict[str, Any] = field(default_factory=dict)
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSpec:
    """An edge to save, between two `node_id`s."""

    source: str
    target: str
    source_port: str = "out"
    kind: str = FLOW


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSpec:
    """A note to save."""

    id: str
    text: str
    position: dict[str, Any]
    size: dict[str, Any]


@dataclass(frozen=True)
class GraphSpec:
    """A graph to save."""

    nodes: Sequence[NodeSpec]
    edges: Sequence[EdgeSpec] = ()
    notes: Sequence[NoteSpec] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> GraphSpec:
        """The graph of a document in the shape of `document`."""
        return cls(
            [NodeSpec(**node) for node in document["nodes"]],
            [EdgeSpec(**edge) for edge in document["edges"]],
            [NoteSpec(**note) for note in document["notes"]],
        )

    @property
    def document(self) -> dict[str, Any]:
        """The graph as plain JSON."""
        return {
            "nodes": [values_of(node) for node in self.nodes],
            "edges": [values_of(edge) for edge in self.edges],
            "notes": [values_of(note) for note in self.notes],
        }

    @cached_property
    def pure_edges(self) -> tuple[Edge, ...]:
        return tuple(Edge(**values_of(edge)) for edge in self.edges)

    def differs_from(self, other: GraphSpec) -> bool:
        """Whether it differs in more than its layout, so that it is another version."""
        if set(self.pure_edges) != set(other.pure_edges):
            return True
        mine = {node.node_id: node for node in self.nodes}
        theirs = {node.node_id: node for node in other.nodes}
        return mine.keys() != theirs.keys() or not all(
            same_json(_without_position(node), _without_position(theirs[name]))
            for name, node in mine.items()
        )


def values_of(spec: NodeSpec | EdgeSpec | NoteSpec) -> dict[str, Any]:
    """Its values by name. They are not copied, as `asdict` does, which takes long."""
    return {name: getattr(spec, name) for name in spec.__slots__}


def _without_position(node: NodeSpec) -> dict[str, Any]:
    return values_of(node) | {"position": None}


@dataclass(frozen=True)
class CheckedGraph(GraphSpec):
    """A graph without problems. Only `checked_graph` creates one."""

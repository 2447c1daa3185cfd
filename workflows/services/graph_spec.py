"""A graph as plain values: to save, as it is saved, and as its versions keep it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from workflows.graph import FLOW, Edge
from workflows.kit.json_value import canonical


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
            "nodes": [asdict(node) for node in self.nodes],
            "edges": [asdict(edge) for edge in self.edges],
            "notes": [asdict(note) for note in self.notes],
        }

    @cached_property
    def pure_edges(self) -> tuple[Edge, ...]:
        return tuple(Edge(**asdict(edge)) for edge in self.edges)

    @cached_property
    def content(self) -> tuple[dict[str, str], frozenset[Edge]]:
        """All but the layout: a graph with another content is another version."""
        nodes = {
            node.node_id: canonical(
                [node.component_type, node.label, node.config, node.is_active]
            )
            for node in self.nodes
        }
        return nodes, frozenset(self.pure_edges)


@dataclass(frozen=True)
class CheckedGraph(GraphSpec):
    """A graph without problems. Only `checked_graph` creates one."""

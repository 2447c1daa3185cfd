"""Builds the pure graph of a workflow from its rows and components."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

from workflows.graph import TOOL, Edge, Graph, Problem, problems
from workflows.models import Workflow, WorkflowNode
from workflows.registry import Component, registry

MOST_READS = 5  # of a graph that is saved again and again
MOST_REMEMBERED = 100


class NodeLike(Protocol):
    """A node in the database, or one that is to be saved."""

    @property
    def node_id(self) -> str: ...
    @property
    def component_type(self) -> str: ...
    @property
    def config(self) -> dict[str, Any]: ...
    @property
    def is_active(self) -> bool: ...


@dataclass(frozen=True)
class Definition:
    """The saved graph of a workflow, ready to run."""

    graph: Graph
    rows: dict[str, WorkflowNode]
    version: int | None = None  # the number of the version that it is

    @cached_property
    def problems(self) -> list[Problem]:
        """What prevents running it: an unknown component, or rows that were changed by hand.
        Worked out once, as components are registered at the start only."""
        unknown = [
            (name, f'"{row.component_type}" is not a known component type.')
            for name, row in self.rows.items()
            if registry.get(row.component_type) is None
        ]
        return unknown or problems(self.graph)

    def tools_of(self, node_id: str) -> tuple[WorkflowNode, ...]:
        """The active nodes that tool edges connect to this one."""
        sources = [
            self.rows[edge.source]
            for edge in self.graph.edges
            if edge.kind == TOOL and edge.target == node_id
        ]
        return tuple(row for row in sources if row.is_active)

    def is_last(self, node_id: str) -> bool:
        """Whether no flow leads on from this node."""
        return not any(
            edge.source == node_id and edge.kind != TOOL for edge in self.graph.edges
        )

    def component(self, node_id: str) -> Component:
        """The component of a node. The definition must have no problems."""
        return registry.components[self.rows[node_id].component_type]


# By workflow and version, the one used last at the end.
_remembered: OrderedDict[tuple[UUID, int], Definition] = OrderedDict()


def load(workflow: Workflow) -> Definition:
    """The graph of `workflow` in the version that was read with it, remembered by that: each
    save of a graph raises it. A graph that was never saved is read each time."""
    key = (workflow.pk, workflow.graph_version)
    if known := _remembered.get(key):
        _remembered.move_to_end(key)
        return known
    definition = _load(workflow)
    if definition.version:
        _remembered[workflow.pk, definition.version] = definition
        if len(_remembered) > MOST_REMEMBERED:
            _remembered.popitem(last=False)
    return definition


def forget() -> None:
    """Read all graphs anew."""
    _remembered.clear()


def _load(workflow: Workflow) -> Definition:
    """Three queries; again, if another graph is saved meanwhile: the version must be that of
    all nodes and edges."""
    row = Workflow.objects.filter(pk=workflow.pk)
    for _ in range(MOST_READS):
        definition = _read(workflow)
        latest = row.values_list("graph_version", flat=True).first()
        if latest in (None, workflow.graph_version):
            break
        workflow.graph_version = latest
    return definition


def _read(workflow: Workflow) -> Definition:
    version = workflow.recorded_version
    rows = list(workflow.nodes.all())
    names = {row.pk: row.node_id for row in rows}
    edges = tuple(
        Edge(names[edge.source_id], names[edge.target_id], edge.source_port, edge.kind)
        for edge in workflow.edges.all()
        if edge.source_id in names and edge.target_id in names
    )
    by_id = {row.node_id: row for row in rows}
    return Definition(pure_graph(rows, edges), by_id, version)


def pure_graph(nodes: Iterable[NodeLike], edges: tuple[Edge, ...]) -> Graph:
    """The graph of these nodes. Those with an unknown component are left out."""
    tools = tool_node_ids(edges)
    pure = (
        component.node(
            node.node_id,
            node.config,
            is_active=node.is_active,
            is_tool=node.node_id in tools,
        )
        for node in nodes
        if (component := registry.get(node.component_type))
    )
    return Graph(tuple(pure), edges)


def tool_node_ids(edges: Iterable[Edge]) -> frozenset[str]:
    """The ids of the nodes from which a tool edge leads."""
    return frozenset(edge.source for edge in edges if edge.kind == TOOL)

"""Saves a graph: the whole graph is validated, then replaced in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from workflows.access import require_permission
from workflows.components.run_workflow import RunWorkflow
from workflows.exceptions import InvalidGraph
from workflows.execution.definition import pure_graph, tool_node_ids
from workflows.graph import FLOW, Edge, Problem, problems
from workflows.guards import WorkflowChange, guard_change
from workflows.kit.json_value import problem, text_problem
from workflows.models import Workflow, WorkflowEdge, WorkflowNode
from workflows.registry import config_problems, registry
from workflows.services.calls import call_problems
from workflows.services.definition import bump_version
from workflows.services.graph_size import size_problems

MAX_CONFIG = 64 * 1024
MAX_PROBLEMS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSpec:
    """A node to save."""

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


@dataclass(frozen=True)
class GraphSpec:
    """A graph to save."""

    nodes: Sequence[NodeSpec]
    edges: Sequence[EdgeSpec] = ()

    @cached_property
    def pure_edges(self) -> tuple[Edge, ...]:
        return tuple(Edge(**asdict(edge)) for edge in self.edges)


@dataclass(frozen=True)
class CheckedGraph(GraphSpec):
    """A graph without problems. Only `checked_graph` creates one."""


def save_graph(
    workflow: Workflow,
    graph: GraphSpec,
    *,
    user: User,
    now: datetime,
    version: int | None = None,
    orphan_schedules: bool = False,
) -> Workflow:
    """Replace the graph of `workflow`.

    Raises `InvalidGraph` with the problems by field, what `locked_workflow` raises, and what
    the guards of other apps raise: they refuse a graph in which no trigger starts some
    schedule, unless `orphan_schedules` confirms that.

    The row of a node is kept as long as its `node_id` is, so that schedules can refer to it.
    """
    require_permission(user, "change", workflow)
    if not isinstance(graph, CheckedGraph):
        graph = checked_graph(workflow, graph)
    change = WorkflowChange(
        workflow=workflow, user=user, now=now, orphans_schedules=orphan_schedules
    )
    check = guard_change(change)
    with transaction.atomic():
        bump_version(workflow, version=version, now=now)
        _replace_graph(workflow, graph)
        check()
    return workflow


def _replace_graph(workflow: Workflow, graph: GraphSpec) -> None:
    workflow.edges.all().delete()
    rows = _replace_nodes(workflow, graph.nodes)
    WorkflowEdge.objects.bulk_create(
        WorkflowEdge(
            workflow=workflow,
            source=rows[edge.source],
            target=rows[edge.target],
            source_port=edge.source_port,
            kind=edge.kind,
        )
        for edge in graph.edges
    )


def _replace_nodes(
    workflow: Workflow, nodes: Sequence[NodeSpec]
) -> dict[str, WorkflowNode]:
    """Update, create and delete rows. Returns the rows of `nodes` by `node_id`."""
    rows = {row.node_id: row for row in workflow.nodes.all()}
    wanted = {node.node_id for node in nodes}
    workflow.nodes.filter(node_id__in=rows.keys() - wanted).delete()
    made: list[WorkflowNode] = []
    for node in nodes:
        fields = asdict(node)
        row = rows.get(node.node_id)
        if row is None:
            made.append(WorkflowNode(workflow=workflow, **fields))
        else:
            for name, value in fields.items():
                setattr(row, name, value)
    kept = [rows[node.node_id] for node in nodes if node.node_id in rows]
    changed = ["component_type", "label", "config", "position", "is_active"]
    WorkflowNode.objects.bulk_update(kept, changed)
    WorkflowNode.objects.bulk_create(made)
    return {row.node_id: row for row in (*kept, *made)}


def checked_graph(workflow: Workflow, graph: GraphSpec) -> CheckedGraph:
    """The graph, if it is valid for `workflow`. Raises `InvalidGraph` like `save_graph`.

    Writes nothing. It takes half a second for a graph of maximum size: call it before
    opening a transaction around `save_graph`.
    """
    _refuse_if_wrong(workflow, graph)
    return CheckedGraph(graph.nodes, graph.edges)


def _refuse_if_wrong(workflow: Workflow, graph: GraphSpec) -> None:
    # Sizes first: what is too large is not checked any further.
    found = list(size_problems(graph.nodes, graph.edges))
    if not found:
        tools = tool_node_ids(graph.pure_edges)
        in_nodes = (
            (f"nodes[{index}].{path}", reason)
            for index, node in enumerate(graph.nodes)
            for path, reason in _node_problems(node, is_tool=node.node_id in tools)
        )
        found = list(islice(in_nodes, MAX_PROBLEMS))
    found = (
        found
        or problems(pure_graph(graph.nodes, graph.pure_edges))
        or list(_calls_in(workflow, graph))
    )
    if found:
        errors: dict[str, list[str]] = {}
        for path, reason in found[:MAX_PROBLEMS]:
            errors.setdefault(path, []).append(reason)
        raise InvalidGraph(errors=errors)


def _node_problems(node: NodeSpec, *, is_tool: bool) -> Iterator[Problem]:
    component = registry.get(node.component_type)
    if component is None:
        known = ", ".join(item.type for item in registry.all())
        yield (
            "component_type",
            f'"{node.component_type}" is not a valid component type. Valid types: {known}.',
        )
    if found := text_problem(node.label, one_line=True):
        yield "label", found
    for name, value in (("config", node.config), ("position", node.position)):
        if found := problem(value, max_bytes=MAX_CONFIG):
            yield name, f"The value {found}."
            return
    if component:
        for path, reason in config_problems(component, node.config, is_tool=is_tool):
            yield (f"config.{path}" if path else "config"), reason


def _calls_in(workflow: Workflow, graph: GraphSpec) -> Iterator[Problem]:
    configs = {
        index: node.config
        for index, node in enumerate(graph.nodes)
        if node.component_type == RunWorkflow.type
    }
    if configs:
        for index, reason in call_problems(workflow, configs):
            yield f"nodes[{index}].config.workflow", reason

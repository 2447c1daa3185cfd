"""The graph of a workflow: its problems, and which node runs next. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

MAX_NODES = 200
MAX_EDGES = 500
MAX_TOOLS = 20  # a model chooses badly among more
FLOW = "flow"
TOOL = "tool"

Problem = tuple[str, str]  # the path of the field, and what is wrong


@dataclass(frozen=True, slots=True)
class Node:
    id: str
    ports: tuple[str, ...] = ("out",)
    is_trigger: bool = False
    is_active: bool = True
    takes_tools: bool = False
    tool_name: str = ""  # the name that a model sees; empty if it is not a tool
    own_tool: str = ""  # the name of a built-in tool; no other tool may have it


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    source_port: str = "out"
    kind: str = FLOW


@dataclass(frozen=True, slots=True)
class Step:
    """The next node to settle: it runs, or is skipped since no taken branch leads to it."""

    node: str
    runs: bool


@dataclass(frozen=True)
class Graph:
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @cached_property
    def by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def incoming(self) -> dict[str, list[Edge]]:
        return self._flow_edges_by("target")

    @cached_property
    def outgoing(self) -> dict[str, list[Edge]]:
        return self._flow_edges_by("source")

    def _flow_edges_by(self, end: str) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            if edge.kind == FLOW:
                found[getattr(edge, end)].append(edge)
        return found


def problems(graph: Graph) -> list[Problem]:
    """Everything that prevents saving or running the graph, each with its field."""
    found = [
        *_size_problems(graph),
        *_node_problems(graph),
        *_edge_problems(graph),
        *_tool_problems(graph),
    ]
    if not found and (cycle := cyclic_nodes(graph)):
        found.append(("edges", f"These nodes form a cycle: {', '.join(cycle)}."))
    return found


def reachable(graph: Graph, start: str) -> frozenset[str]:
    """`start` and every node that the flow can reach from it."""
    seen = {start}
    ahead = [start]
    while ahead:
        for edge in graph.outgoing[ahead.pop()]:
            if edge.target not in seen:
                seen.add(edge.target)
                ahead.append(edge.target)
    return frozenset(seen)


def next_step(graph: Graph, start: str, taken: Mapping[str, str | None]) -> Step | None:
    """The next node to settle after `start` has fired; None when all are settled.

    `taken` maps each settled node to the port through which the flow left it; None if it
    was skipped. A node is next when the source of every edge that leads to it from a
    reachable node is settled. It runs if it is active and at least one of these edges was
    taken.
    """
    live = reachable(graph, start)
    for node in graph.nodes:
        if node.id not in live or node.id in taken:
            continue
        edges = [edge for edge in graph.incoming[node.id] if edge.source in live]
        if all(edge.source in taken for edge in edges):
            arrives = any(taken[edge.source] == edge.source_port for edge in edges)
            return Step(node.id, node.is_active and (arrives or node.id == start))
    return None


def cyclic_nodes(graph: Graph) -> list[str]:
    """The nodes that no topological order can hold: none, or those of a cycle and after."""
    waits = {node.id: len(graph.incoming[node.id]) for node in graph.nodes}
    free = [name for name, count in waits.items() if count == 0]
    while free:
        name = free.pop()
        del waits[name]
        for edge in graph.outgoing[name]:
            waits[edge.target] -= 1
            if waits[edge.target] == 0:
                free.append(edge.target)
    return list(waits)


def _size_problems(graph: Graph) -> Iterator[Problem]:
    if len(graph.nodes) > MAX_NODES:
        yield "nodes", f"A workflow can have at most {MAX_NODES} nodes."
    if len(graph.edges) > MAX_EDGES:
        yield "edges", f"A workflow can have at most {MAX_EDGES} edges."


def _node_problems(graph: Graph) -> Iterator[Problem]:
    if not any(node.is_trigger for node in graph.nodes):
        yield "nodes", "A workflow needs at least one trigger node."
    for index in _repeats(node.id for node in graph.nodes):
        yield (
            f"nodes[{index}].node_id",
            f'Another node already has the id "{graph.nodes[index].id}".',
        )


def _edge_problems(graph: Graph) -> Iterator[Problem]:
    for index, edge in enumerate(graph.edges):
        for field, reason in _problems_of_edge(graph, edge):
            yield f"edges[{index}].{field}", reason
    for index in _repeats(graph.edges):
        yield f"edges[{index}]", "This edge repeats another one."


def _problems_of_edge(graph: Graph, edge: Edge) -> Iterator[Problem]:
    source, target = graph.by_id.get(edge.source), graph.by_id.get(edge.target)
    if source is None:
        yield "source", f'There is no node "{edge.source}".'
    elif edge.source_port not in source.ports:
        yield (
            "source_port",
            f'The node "{edge.source}" has no port "{edge.source_port}". Its ports: '
            f"{', '.join(source.ports)}.",
        )
    if target is None:
        yield "target", f'There is no node "{edge.target}".'
    elif target.is_trigger:
        yield "target", f'"{edge.target}" is a trigger: no edge can lead to it.'


def _tool_problems(graph: Graph) -> Iterator[Problem]:
    """The problems of the edges that connect a tool to an agent."""
    steps = {end for edge in graph.edges if edge.kind == FLOW for end in _ends_of(edge)}
    given: dict[str, list[str]] = {}
    for index, edge in enumerate(graph.edges):
        source, target = graph.by_id.get(edge.source), graph.by_id.get(edge.target)
        if edge.kind == TOOL and source and target:
            names = given.setdefault(target.id, [])
            for field, reason in _problems_of_tool(source, target, names, steps):
                yield f"edges[{index}].{field}", reason
            names.append(source.tool_name)


def _problems_of_tool(
    source: Node, target: Node, names: Collection[str], steps: Collection[str]
) -> Iterator[Problem]:
    """`names` are the tools that the target already has, `steps` the nodes of the flow."""
    if not target.takes_tools:
        yield "target", f'"{target.id}" is not an agent: it cannot have tools.'
    elif len(names) == MAX_TOOLS:
        yield "target", f'"{target.id}" has more than {MAX_TOOLS} tools.'
    if not source.tool_name:
        yield "source", f'"{source.id}" cannot be a tool of an agent.'
    elif source.tool_name == target.own_tool:
        reason = f'"{target.id}" has a built-in tool named "{target.own_tool}".'
        yield "source", reason
    elif source.tool_name in names:
        reason = f'"{target.id}" already has a tool named "{source.tool_name}".'
        yield "source", reason
    if source.id in steps:
        reason = f'"{source.id}" is a step of the flow, so it cannot be a tool.'
        yield "source", reason


def _ends_of(edge: Edge) -> tuple[str, str]:
    return edge.source, edge.target


def _repeats(items: Iterable[object]) -> Iterator[int]:
    """The index of each item that equals an earlier one."""
    seen: Counter[object] = Counter()
    for index, item in enumerate(items):
        seen[item] += 1
        if seen[item] > 1:
            yield index

"""Limits the size of a graph, so that validating it takes half a second at most.

Sizes are counted before anything else is validated, so configurations may hold anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from workflows.execution.definition import NodeLike
from workflows.graph import MAX_EDGES, MAX_NODES, Problem
from workflows.registry import Component, registry
from workflows.safety import templating
from workflows.schemas import check

MAX_BYTES = 512 * 1024
Pair = tuple[Component, Mapping[str, Any]]


def size_problems(nodes: Sequence[NodeLike], edges: Sequence[Any]) -> Iterator[Problem]:
    """The limits that the graph as a whole exceeds."""
    if len(nodes) > MAX_NODES:
        yield "nodes", f"A workflow can have at most {MAX_NODES} nodes."
    if len(edges) > MAX_EDGES:
        yield "edges", f"A workflow can have at most {MAX_EDGES} edges."
    if len(nodes) > MAX_NODES or len(edges) > MAX_EDGES:
        return
    configs = [node.config for node in nodes]
    if sum(map(_bytes, configs)) > MAX_BYTES:
        most = f"{MAX_BYTES // 1024} KiB"
        yield (
            "nodes",
            f"The configurations of all nodes can have at most {most} together.",
        )
        return
    known = [
        (component, node.config)
        for node in nodes
        if (component := registry.get(node.component_type))
        and isinstance(node.config, Mapping)
    ]
    yield from _text_problems(known)
    yield from _schema_problems(known)


def _text_problems(nodes: Sequence[Pair]) -> Iterator[Problem]:
    found = chain.from_iterable(
        chain(component.templates(config), component.conditions(config))
        for component, config in nodes
    )
    most = templating.MAX_PARTS
    if templating.parts((source for _, source in found), most=most) > most:
        yield (
            "nodes",
            f"The templates and conditions of a graph can have at most {most:,} parts. "
            f"Words and symbols count as one part each, every template as "
            f"{templating.PARTS_OF_ANY} more. Use fewer templates, or another workflow.",
        )


def _schema_problems(nodes: Sequence[Pair]) -> Iterator[Problem]:
    most = check.MAX_PARTS
    if (
        sum(
            check.parts(schema)
            for component, config in nodes
            for schema in component.schemas(config)
        )
        > most
    ):
        yield (
            "nodes",
            f"The JSON schemas of a graph can have at most {most} parts. Objects and "
            "booleans count as one part each.",
        )


def _bytes(config: Any) -> int:
    try:
        return len(json.dumps(config))
    except (RecursionError, ValueError, TypeError):
        return 0  # the validation of the node will refuse it

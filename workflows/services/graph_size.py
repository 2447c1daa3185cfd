"""How large a graph may be, so that checking it takes half a second at most.

Counted before anything is checked, of configurations that may be wrong in any way.
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
    """What of the whole is too large."""
    if len(nodes) > MAX_NODES:
        yield "nodes", f"A workflow has at most {MAX_NODES} nodes."
    if len(edges) > MAX_EDGES:
        yield "edges", f"A workflow has at most {MAX_EDGES} edges."
    if len(nodes) > MAX_NODES or len(edges) > MAX_EDGES:
        return
    configs = [node.config for node in nodes]
    if sum(map(_bytes, configs)) > MAX_BYTES:
        reason = f"The configurations together have at most {MAX_BYTES // 1024} KiB."
        yield "nodes", reason
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
            f"The templates and conditions of a graph have at most {most:,} parts: words "
            f"and signs, and {templating.PARTS_OF_ANY} for each. Do more in fewer, or in a "
            "workflow of its own.",
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
            f"The JSON schemas of a graph have at most {most} parts: the objects in them, "
            "and the true and false.",
        )


def _bytes(config: Any) -> int:
    try:
        return len(json.dumps(config))
    except (RecursionError, ValueError, TypeError):
        return 0  # that it is no JSON is said of the node

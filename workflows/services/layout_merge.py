"""Merges the layout of a graph with what others have saved since it was read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from workflows.exceptions import InvalidGraph
from workflows.kit.json_value import same_json
from workflows.layout import MAX_NOTES, TOO_MANY_NOTES
from workflows.services.graph_spec import GraphSpec, NodeSpec, NoteSpec, values_of

AnyGraph = TypeVar("AnyGraph", bound=GraphSpec)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the nodes were, by `node_id`, and which notes there were."""

    positions: Mapping[str, Any]
    notes: Sequence[NoteSpec]


def with_layout_since(graph: AnyGraph, before: Layout, saved: GraphSpec) -> AnyGraph:
    """`graph`, which was drawn on the layout `before`, with the layout of `saved` wherever it
    has changed nothing. What both have changed is as in `graph`; a note that one has changed
    and the other has deleted stays.

    Raises `InvalidGraph` if both have more notes together than a graph can have.
    """
    theirs = {node.node_id: node for node in saved.nodes}
    nodes = [
        replace(node, position=theirs[node.node_id].position)
        if node.node_id in theirs and _is_unmoved(node, before)
        else node
        for node in graph.nodes
    ]
    notes = list(_notes(graph.notes, before.notes, saved.notes))
    if len(notes) > max(MAX_NOTES, len(graph.notes)):
        raise InvalidGraph(errors={"notes": [TOO_MANY_NOTES]})
    return replace(graph, nodes=nodes, notes=notes)


def _is_unmoved(node: NodeSpec, before: Layout) -> bool:
    return same_json(node.position, before.positions.get(node.node_id))


def _notes(
    mine: Sequence[NoteSpec], before: Sequence[NoteSpec], theirs: Sequence[NoteSpec]
) -> Iterator[NoteSpec]:
    old = {note.id: note for note in before}
    ours = {note.id: note for note in mine}
    for their in theirs:
        my = ours.pop(their.id, None)
        if my is None:
            if not _is_same(their, old.get(their.id)):
                yield their
        else:
            yield their if _is_same(my, old.get(my.id)) else my
    for my in ours.values():
        if not _is_same(my, old.get(my.id)):
            yield my


def _is_same(note: NoteSpec, other: NoteSpec | None) -> bool:
    return other is not None and same_json(values_of(note), values_of(other))

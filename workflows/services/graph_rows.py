"""The rows of a graph: read, replaced, and moved on the canvas.

Each function is called in a transaction that has locked the workflow, but for `read_graph`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import DEFAULT_DB_ALIAS

from workflows.kit.json_value import same_json
from workflows.models import Workflow, WorkflowEdge, WorkflowNode, WorkflowNote
from workflows.services.dependents import unreferenced
from workflows.services.graph_spec import (
    EdgeSpec,
    GraphSpec,
    NodeSpec,
    NoteSpec,
    values_of,
)

FIELDS = ("component_type", "label", "config", "position", "is_active")
# Removed nodes that one save may delete.
MOST_DELETED = 500


@dataclass(frozen=True, slots=True)
class SavedGraph:
    """The graph in the database, and the rows of its nodes by `node_id`."""

    spec: GraphSpec
    nodes: Mapping[str, WorkflowNode]


def read_graph(workflow: Workflow) -> SavedGraph:
    """The graph of `workflow`, in three queries."""
    nodes = {row.node_id: row for row in workflow.nodes.all()}
    names = {row.pk: row.node_id for row in nodes.values()}
    edges = [
        EdgeSpec(
            source=names[edge.source_id],
            target=names[edge.target_id],
            source_port=edge.source_port,
            kind=edge.kind,
        )
        for edge in workflow.edges.all()
        # Another graph may have been saved between the two queries.
        if edge.source_id in names and edge.target_id in names
    ]
    notes = [
        NoteSpec(id=row.note_id, text=row.text, position=row.position, size=row.size)
        for row in workflow.notes.all()
    ]
    return SavedGraph(GraphSpec([*map(_spec_of, nodes.values())], edges, notes), nodes)


def _spec_of(row: WorkflowNode) -> NodeSpec:
    values = {name: getattr(row, name) for name in FIELDS}
    return NodeSpec(node_id=row.node_id, **values)


def replace_graph(
    workflow: Workflow, saved: SavedGraph, graph: GraphSpec, *, now: datetime
) -> None:
    """Make `graph` the graph of the workflow. Only rows that differ are written."""
    rows = _replace_nodes(workflow, saved, graph.nodes, now=now)
    if set(graph.pure_edges) != set(saved.spec.pure_edges):
        workflow.edges.all().delete()
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
    _replace_notes(workflow, saved.spec, graph)
    _delete_unreferenced(workflow)


def _replace_nodes(
    workflow: Workflow, saved: SavedGraph, nodes: Sequence[NodeSpec], *, now: datetime
) -> dict[str, WorkflowNode]:
    """Update, create and remove rows. Returns the rows of `nodes` by `node_id`."""
    wanted = {node.node_id for node in nodes}
    all_rows = WorkflowNode.with_removed.filter(workflow=workflow)
    all_rows.filter(node_id__in=saved.nodes.keys() - wanted).update(removed_at=now)
    back = all_rows.filter(removed_at__isnull=False, node_id__in=wanted)
    rows = {**saved.nodes, **{row.node_id: row for row in back}}
    made: list[WorkflowNode] = []
    changed: list[WorkflowNode] = []
    for node in nodes:
        row = rows.get(node.node_id)
        if row is None:
            row = rows[node.node_id] = WorkflowNode(workflow=workflow)
            made.append(row)
        elif row.removed_at or not same_json(values_of(_spec_of(row)), values_of(node)):
            changed.append(row)
        for name, value in values_of(node).items():
            setattr(row, name, value)
        row.removed_at = None
    _update(changed, *FIELDS, "removed_at")
    WorkflowNode.objects.bulk_create(made)
    return rows


def _update(rows: Sequence[WorkflowNode], *fields: str) -> None:
    """What `bulk_update` does, of which a large graph takes seconds."""
    WorkflowNode.with_removed.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=fields
    )


def _delete_unreferenced(workflow: Workflow) -> None:
    """Delete the removed nodes to which no row of another app refers (any more)."""
    removed = WorkflowNode.with_removed.filter(
        workflow=workflow, removed_at__isnull=False
    )
    keys = list(unreferenced(removed).values_list("pk", flat=True)[:MOST_DELETED])
    if keys:
        # Without signals, which would cost queries for each node: they are for rows that
        # refer to it.
        gone = WorkflowNode.with_removed.filter(pk__in=keys)
        gone._raw_delete(using=DEFAULT_DB_ALIAS)


def _replace_notes(workflow: Workflow, saved: GraphSpec, graph: GraphSpec) -> bool:
    """Whether the notes differed."""
    if same_json(saved.document["notes"], graph.document["notes"]):
        return False
    workflow.notes.all().delete()
    WorkflowNote.objects.bulk_create(
        WorkflowNote(
            workflow=workflow,
            note_id=note.id,
            text=note.text,
            position=note.position,
            size=note.size,
        )
        for note in graph.notes
    )
    return True


def replace_layout(
    workflow: Workflow, saved: SavedGraph, graph: GraphSpec
) -> GraphSpec | None:
    """Move the nodes that still exist to where they are in `graph`, and replace the notes.

    Returns the graph as it is now; None without a difference, of which nothing is written.
    """
    positions = {node.node_id: node.position for node in graph.nodes}
    moved = []
    for name, row in saved.nodes.items():
        position = positions.get(name, row.position)
        if not same_json(position, row.position):
            row.position = position
            moved.append(row)
    _update(moved, "position")
    if not _replace_notes(workflow, saved.spec, graph) and not moved:
        return None
    nodes = [*map(_spec_of, saved.nodes.values())]
    return replace(saved.spec, nodes=nodes, notes=graph.notes)

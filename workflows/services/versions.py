"""The versions of a graph: recorded when it is saved, looked at, and restored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from workflows.kit.errors import NotFound
from workflows.kit.json_value import text_problem
from workflows.kit.users import User, name_of
from workflows.models import Workflow, WorkflowExecution, WorkflowVersion
from workflows.models.version import MAX_NOTE
from workflows.services.graph_spec import GraphSpec

# The last so many are kept, and of older ones those that an execution names.
KEPT = 50
# How many a save deletes at most; the next one deletes more.
PRUNED_AT_ONCE = 100


def note_problem(note: str) -> str | None:
    """Why `note` cannot be the note of a version; None if it can."""
    if len(note) > MAX_NOTE:
        return f"Must have at most {MAX_NOTE} characters."
    return text_problem(note, one_line=True)


def versions_of(workflow: Workflow) -> QuerySet[WorkflowVersion]:
    """The versions of a workflow without their graphs, newest first."""
    return workflow.versions.defer("graph")


def version_of(workflow: Workflow, number: int) -> WorkflowVersion:
    """One version, with its graph. Raises `NotFound`."""
    version = workflow.versions.filter(number=number).first()
    if version is None:
        raise NotFound(f"The workflow has no version {number}.")
    return version


def record_version(
    workflow: Workflow, graph: GraphSpec, *, user: User, now: datetime, note: str
) -> None:
    """Record `graph` as the current version, in the transaction that saves it."""
    WorkflowVersion.objects.create(
        workflow=workflow,
        number=workflow.graph_version,
        graph=graph.document,
        node_count=len(graph.nodes),
        edge_count=len(graph.edges),
        saved_at=now,
        saved_by=user,
        saved_by_name=name_of(user),
        note=note,
    )
    _prune(workflow)


def record_layout(workflow: Workflow, graph: GraphSpec) -> None:
    """Keep the new layout of the current version with it."""
    current: QuerySet[Any] = workflow.versions.filter(number=workflow.graph_version)
    current.update(graph=graph.document)


def _prune(workflow: Workflow) -> None:
    runs = WorkflowExecution.objects.filter(
        workflow=workflow.pk, graph_version=OuterRef("number")
    )
    old = workflow.versions.filter(
        ~Exists(runs), number__lte=workflow.graph_version - KEPT
    )
    keys = list(old.order_by("number").values_list("pk", flat=True)[:PRUNED_AT_ONCE])
    if keys:
        workflow.versions.filter(pk__in=keys).delete()

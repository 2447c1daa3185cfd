"""Closing an execution whose process is gone, and which can no longer close itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from workflows.models import NodeRun, WorkflowExecution

WORKER_LOST = "The worker was lost."


def abandon_execution(execution_id: UUID, *, error: str, now: datetime) -> None:
    """Record a running execution, the node it was at and what that ran, as failed."""
    called = WorkflowExecution.objects.filter(
        parent=execution_id, status=WorkflowExecution.Status.RUNNING
    )
    for child in called.values_list("pk", flat=True):
        abandon_execution(child, error=error, now=now)
    open_nodes = NodeRun.objects.filter(
        execution=execution_id, status=NodeRun.Status.RUNNING
    )
    at = open_nodes.values_list("node_id", flat=True).first() or ""
    open_nodes.update(status=NodeRun.Status.FAILED, error=error, finished_at=now)
    WorkflowExecution.objects.filter(
        pk=execution_id, status=WorkflowExecution.Status.RUNNING
    ).update(
        status=WorkflowExecution.Status.FAILED,
        error=error,
        failed_node=at,
        finished_at=now,
    )

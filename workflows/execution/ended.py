"""Records the end of an execution that no process of its own records."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from workflows.failures import FailureKind
from workflows.models import NodeRun, WorkflowExecution

Status = WorkflowExecution.Status


def end_execution(
    execution_id: UUID,
    status: str,
    *,
    now: datetime,
    error: str = "",
    kind: FailureKind | None = None,
    **of_node: Any,
) -> None:
    """Record the end of a running execution, and of its open node. `of_node` are further
    columns of the node, such as its output."""
    nodes = NodeRun.objects.filter(
        execution=execution_id, status=NodeRun.Status.RUNNING
    )
    at = nodes.values_list("node_id", flat=True).first() or ""
    outcome: dict[str, Any] = {"status": status, "error": error, "finished_at": now}
    nodes.update(**outcome, **of_node)
    # Without the lease its process, should it be alive after all, kills itself.
    WorkflowExecution.objects.filter(pk=execution_id, status=Status.RUNNING).update(
        **outcome,
        failure_kind=kind or "",
        failed_node=at if status == Status.FAILED else "",
        lease_until=None,
    )

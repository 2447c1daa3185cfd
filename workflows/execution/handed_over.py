"""Executions whose last node goes on elsewhere: how their end is recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from workflows.execution.engine import recordable
from workflows.failures import FailureKind
from workflows.models import NodeRun, WorkflowExecution
from workflows.safety.redaction import redact

Status = WorkflowExecution.Status


def end_handed_over(
    execution_id: UUID,
    status: str,
    *,
    now: datetime,
    output: Any = None,
    error: str = "",
    kind: FailureKind | None = None,
) -> None:
    """Record the end of an execution that is running elsewhere, and of its open node.

    Raises `NodeFailed` for an output that cannot be recorded.
    """
    nodes = NodeRun.objects.filter(
        execution=execution_id, status=NodeRun.Status.RUNNING
    )
    at = nodes.values_list("node_id", flat=True).first() or ""
    outcome: dict[str, Any] = {"status": status, "error": error, "finished_at": now}
    result: dict[str, Any] = {}
    if status == Status.SUCCEEDED:
        result = {"output": redact(recordable(output)), "port": "out"}
    nodes.update(**outcome, **result)
    running = WorkflowExecution.objects.filter(pk=execution_id, status=Status.RUNNING)
    failed_node = at if status == Status.FAILED else ""
    running.update(**outcome, failure_kind=kind or "", failed_node=failed_node)

"""Cancels executions."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from workflows.access import require_permission
from workflows.exceptions import ExecutionFinished
from workflows.kit.logs import get_logger
from workflows.kit.users import User, name_of
from workflows.models import WorkflowExecution
from workflows.services.by_hand import ByHand, announce

log = get_logger(__name__)
Status = WorkflowExecution.Status
CANCELLABLE = (Status.PENDING, Status.RUNNING)


def cancel_execution(
    execution: WorkflowExecution, *, user: User, now: datetime
) -> WorkflowExecution:
    """Cancel a pending execution at once, or request that a running one ends.

    Idempotent. Raises `ExecutionFinished` for one that has succeeded or failed.
    """
    require_permission(user, "change", execution)
    row = WorkflowExecution.objects.filter(pk=execution.pk)
    with transaction.atomic():
        changed = row.filter(status=Status.PENDING).update(
            status=Status.CANCELLED, cancel_requested_at=now, finished_at=now
        ) or row.filter(status=Status.RUNNING, cancel_requested_at=None).update(
            cancel_requested_at=now
        )
        if changed:
            announce(ByHand.CANCEL, execution, user=user, now=now)
    execution.refresh_from_db()
    if execution.status in (Status.SUCCEEDED, Status.FAILED):
        raise ExecutionFinished(f"The execution has {execution.status}.")
    log.info(
        "execution_cancelled",
        execution=str(execution.pk),
        status=execution.status,
        user=name_of(user),
    )
    return execution

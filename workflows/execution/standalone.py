"""Executions that run on their own, started manually or by a webhook: how they are sent,
claimed and closed. The execution of a schedule's run shares that run's job and lease."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from workflows.execution import abandon, outbox
from workflows.execution.abandon import Leased, abandon_execution
from workflows.execution.endings import Attempt, Ending, ending
from workflows.execution.guard import LEASE, Lease
from workflows.execution.outbox import Outbox
from workflows.kit.conf import conf
from workflows.kit.database_retry import retry_while_away
from workflows.models import WorkflowExecution

ENTRY_POINT = "workflows.execution.jobs.run_execution"
Status = WorkflowExecution.Status


class ExecutionMessage(NamedTuple):
    """The columns of an execution that its job needs."""

    id: UUID
    send_count: int

    @property
    def job_id(self) -> str:
        return f"execution-{self.id}-{self.send_count}"

    @property
    def arguments(self) -> list[str]:
        return [str(self.id)]


EXECUTIONS = Outbox("executions", WorkflowExecution, ExecutionMessage, ENTRY_POINT)
outbox.register(EXECUTIONS)


def queue_execution(execution: WorkflowExecution, *, now: datetime) -> None:
    """Send a pending execution once the transaction is committed. If Redis is away, the next
    sweep sends it."""
    EXECUTIONS.send_on_commit([execution], now=now)


def claim_execution(
    execution_id: UUID, *, now: datetime
) -> tuple[WorkflowExecution, Lease] | None:
    """Start a pending execution; None if it is not pending, or no longer."""
    row = WorkflowExecution.objects.filter(pk=execution_id)
    claimed = {"status": Status.RUNNING, "started_at": now, "lease_until": now + LEASE}
    if not row.filter(status=Status.PENDING).update(**claimed):
        return None
    seconds = conf.EXECUTION_TIMEOUT_SECONDS
    execution = retry_while_away(row.select_related("workflow").get)
    return execution, Lease(
        # The lease lasts until it is taken away: recording the end does not do so.
        rows=partial(row.filter, lease_until__isnull=False),
        deadline=now + timedelta(seconds=seconds),
        timeout_seconds=seconds,
        names={"execution": str(execution_id)},
    )


def close_lost_execution(
    execution_id: UUID,
    *,
    observed: Ending,
    now: datetime,
    lease_ended_before: datetime | None = None,
) -> bool:
    """Close a running execution whose process is gone; see `abandon.Leased`."""
    with transaction.atomic():
        execution = (
            WorkflowExecution.objects.select_for_update(no_key=True)
            .filter(pk=execution_id, status=Status.RUNNING)
            .first()
        )
        if execution is None:
            return False
        # Both are set by the claim.
        assert execution.started_at is not None
        assert execution.lease_until is not None
        limit = timedelta(seconds=conf.EXECUTION_TIMEOUT_SECONDS)
        attempt = Attempt(
            started_at=execution.started_at,
            deadline=execution.started_at + limit,
            lease_until=execution.lease_until,
            cancelled_at=execution.cancel_requested_at,
        )
        ended = ending(
            attempt, observed, now=now, lease_ended_before=lease_ended_before
        )
        if ended is None:
            return False
        abandon_execution(execution_id, ended, now=now)
    return True


def _key_of_job(job_id: str, args: Sequence[Any]) -> tuple[UUID]:
    return (UUID(args[0]),)


abandon.register(
    Leased(
        name="execution",
        model=WorkflowExecution,
        key=("pk",),
        close=close_lost_execution,
        entry_point=ENTRY_POINT,
        key_of_job=_key_of_job,
        key_of_held=lambda execution_id, token: (execution_id,),
    )
)

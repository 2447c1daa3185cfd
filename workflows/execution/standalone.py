"""Executions that run on their own, started manually or by a webhook: how they are sent,
claimed and closed. The execution of a schedule's run shares that run's job and lease."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from workflows.execution import abandon, outbox
from workflows.execution.abandon import Leased, abandon_execution
from workflows.execution.endings import Attempt, Ending, ending
from workflows.execution.guard import LEASE, Lease
from workflows.execution.outbox import Outbox
from workflows.kit.conf import conf
from workflows.kit.database_retry import retry_while_away
from workflows.kit.prepared import Param, Select, Update, literal
from workflows.models import WorkflowExecution

ENTRY_POINT = "workflows.execution.jobs.run_execution"
Status = WorkflowExecution.Status
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# As the condition of the index `execution_in_turn` has it: else SQLite does not use it.
IS_PENDING = Q(status=literal(Status.PENDING))


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


class StartedExecution(NamedTuple):
    """An execution that this process has claimed, and its lease on it."""

    execution: WorkflowExecution
    lease: Lease


def claim_execution(execution_id: UUID, *, now: datetime) -> StartedExecution | None:
    """Start a pending execution; None if it is not pending, or no longer."""
    if not _take(id=execution_id, started_at=now, lease_until=now + LEASE):
        return None
    row = WorkflowExecution.objects.filter(pk=execution_id)
    return _started(retry_while_away(row.select_related("workflow").get), now=now)


def claim_or_find(
    execution_id: UUID,
    *,
    clock: Callable[[], datetime],
    taking: Callable[[datetime], None] = lambda now: None,
) -> StartedExecution | None:
    """`claim_execution`, repeated while the database is away; a claim is found again if the
    answer to its commit was lost. `taking` is told the time of each before it is made."""
    tried: list[datetime] = []

    def step() -> StartedExecution | None:
        started = claimed_before(execution_id, tried=tried) if tried else None
        if started is None:
            tried.append(clock())
            taking(tried[-1])
            started = claim_execution(execution_id, now=tried[-1])
        if started is None and len(tried) > 1:  # that commit was still under way
            started = claimed_before(execution_id, tried=tried)
        if started and started.execution.started_at:
            taking(started.execution.started_at)
        return started

    return retry_while_away(step)


def next_execution(owner: Any) -> WorkflowExecution | None:
    """The oldest pending execution of this owner that no other process is about to claim, its
    row locked until the caller's transaction ends."""
    return next(iter(_oldest(owner=owner)), None)


def start_execution(
    execution: WorkflowExecution, *, now: datetime
) -> StartedExecution | None:
    """Start what `next_execution` has returned."""
    lease_until = now + LEASE
    if not _take(id=execution.pk, started_at=now, lease_until=lease_until):
        return None
    execution.status = Status.RUNNING
    execution.started_at, execution.lease_until = now, lease_until
    return _started(execution, now=now)


def claimed_before(
    execution_id: UUID, *, tried: Sequence[datetime]
) -> StartedExecution | None:
    """The execution if it was started at exactly one of these times, so by the caller: the
    answer to its commit was lost."""
    row = WorkflowExecution.objects.filter(
        pk=execution_id, status=Status.RUNNING, started_at__in=tried
    )
    execution = row.select_related("workflow").first()
    if execution is None:
        return None
    assert execution.started_at is not None  # set by the claim
    return _started(execution, now=execution.started_at)


def _started(execution: WorkflowExecution, *, now: datetime) -> StartedExecution:
    seconds = conf.EXECUTION_TIMEOUT_SECONDS
    lease = Lease(
        # The lease lasts until it is taken away: recording the end does not do so.
        rows=partial(
            WorkflowExecution.objects.filter,
            pk=execution.pk,
            lease_until__isnull=False,
        ),
        deadline=now + timedelta(seconds=seconds),
        timeout_seconds=seconds,
        names={"execution": str(execution.pk)},
    )
    return StartedExecution(execution, lease)


_oldest = Select(
    lambda: (
        WorkflowExecution.objects.select_related("workflow")
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(IS_PENDING, owner=Param(WorkflowExecution, "owner"))
        .order_by("created_at")[:1]
    )
)
_take = Update(
    lambda: WorkflowExecution.objects.filter(
        IS_PENDING, pk=Param(WorkflowExecution, "id")
    ),
    status=Status.RUNNING,
    started_at=Param(WorkflowExecution, "started_at"),
    lease_until=Param(WorkflowExecution, "lease_until"),
)


def token_at(now: datetime) -> UUID:
    """The token of a claim at this time: an execution has no other mark of who has it."""
    return UUID(int=(now - EPOCH) // MICROSECOND)


def close_lost_execution(
    execution_id: UUID,
    token: UUID | None = None,
    *,
    observed: Ending,
    now: datetime,
    lease_ended_before: datetime | None = None,
) -> bool:
    """Close a running execution whose process is gone; see `abandon.Leased`. With a token,
    only if it was claimed under that one: the process may have lost it to another."""
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
        if token and token != token_at(execution.started_at):
            return False
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
        key_of_held=lambda execution_id, token: (execution_id, token),
    )
)

"""Work whose process is gone, and which can no longer say itself how it ended."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.conf import settings

from workflows.exceptions import TimedOut
from workflows.failures import FailureKind
from workflows.lease import LEASE
from workflows.models import NodeRun, WorkflowExecution

# A process that can renew its lease does so long before the last second of it.
UNRENEWED = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Ending:
    """What is put on record; what failed has a kind."""

    status: Literal["failed", "cancelled"]
    error: str
    kind: FailureKind | None = None


WORKER_LOST = Ending("failed", "The worker was lost.", FailureKind.LOST)
CANCELLED = Ending("cancelled", "Cancelled while it ran.")


def how_it_ended(wait_status: int) -> Ending:
    """What a process's wait status says to people."""
    code = os.waitstatus_to_exitcode(wait_status)
    if code >= 0:
        ended = f"The work process ended with exit status {code}."
        return Ending("failed", ended, FailureKind.CRASH)
    name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
    hint = " (out of memory?)" if -code == signal.SIGKILL else ""
    killed = f"The work process was killed by the signal {name}{hint}."
    return Ending("failed", killed, FailureKind.CRASH)


def ending(
    told: Ending,
    *,
    alive_at: datetime,
    cancelled_at: datetime | None,
    started_at: datetime,
    deadline: datetime,
) -> Ending:
    """`told`, unless the work was asked to end, or out of time, while it was still alive.

    However its process ended then, that is why.
    """
    if cancelled_at and cancelled_at <= min(alive_at, deadline):
        return CANCELLED
    if deadline <= alive_at:
        seconds = (deadline - started_at).total_seconds()
        return Ending("failed", str(TimedOut(seconds)), FailureKind.TIMEOUT)
    return told


def close_lost_execution(
    execution_id: UUID, *, told: Ending, now: datetime, alive_at: datetime | None = None
) -> bool:
    """Close an execution by hand; without `alive_at` its process has ended just now."""
    execution = WorkflowExecution.objects.filter(
        pk=execution_id, status=WorkflowExecution.Status.RUNNING
    ).first()
    if execution is None:
        return False
    assert execution.started_at is not None  # set by the claim, as is the next
    assert execution.lease_until is not None
    if alive_at is None and now > execution.lease_until - UNRENEWED:
        told = WORKER_LOST
    limit = timedelta(seconds=settings.EXECUTION_TIMEOUT_SECONDS)
    ended = ending(
        told,
        alive_at=alive_at or now,
        cancelled_at=execution.cancel_requested_at,
        started_at=execution.started_at,
        deadline=execution.started_at + limit,
    )
    abandon_execution(execution_id, ended, now=now)
    return True


def last_alive(lease_until: datetime) -> datetime:
    """When the process that held this lease renewed it for the last time."""
    return lease_until - LEASE


def abandon_execution(execution_id: UUID, ended: Ending, *, now: datetime) -> None:
    """Record a running execution, the node it was at and what that ran."""
    running = WorkflowExecution.objects.filter(status=WorkflowExecution.Status.RUNNING)
    called = running.filter(parent=execution_id)
    for child in called.values_list("pk", flat=True):
        abandon_execution(child, ended, now=now)
    open_nodes = NodeRun.objects.filter(
        execution=execution_id, status=NodeRun.Status.RUNNING
    )
    at = open_nodes.values_list("node_id", flat=True).first() or ""
    open_nodes.update(status=ended.status, error=ended.error, finished_at=now)
    running.filter(pk=execution_id).update(
        status=ended.status,
        failure_kind=ended.kind or "",
        error=ended.error,
        failed_node=at if ended.status == "failed" else "",
        finished_at=now,
    )

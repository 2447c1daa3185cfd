"""Claiming a run: at most one worker starts an attempt, and holds it by a lease."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import QuerySet

from schedules.limits import NOTE_LENGTH
from schedules.models import Reason, RunStatus, ScheduledJob, ScheduledRun
from schedules.services.access import NOT_RUNNABLE, owner_may_run
from triggers.dispatch import dispatch_event
from triggers.exceptions import NoTrigger
from workflows.exceptions import WorkflowInactive
from workflows.execution.guard import LEASE, Lease
from workflows.failures import FailureKind
from workflows.kit.database_retry import DATABASE_AWAY
from workflows.kit.errors import NotAllowed
from workflows.models import WorkflowExecution

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A started attempt. Without an execution no workflow could be started for it: `refusal`
    says why, and `kind` how it failed."""

    run_id: UUID
    schedule_id: UUID
    token: UUID
    attempt: int
    deadline: datetime
    timeout_seconds: int
    execution_id: UUID | None
    refusal: str = ""
    kind: FailureKind | None = None

    @property
    def lease(self) -> Lease:
        return Lease(
            rows=locked_run(self.run_id, self.token),
            deadline=self.deadline,
            timeout_seconds=self.timeout_seconds,
            names={"run": str(self.run_id), "execution": str(self.execution_id)},
        )


def locked_run(run_id: UUID, token: UUID) -> QuerySet[ScheduledRun]:
    """The run, for as long as the attempt with this token holds it."""
    return ScheduledRun.objects.filter(pk=run_id, token=token, status=RunStatus.RUNNING)


def token_of_job(job_id: str) -> UUID:
    """The token of the attempt that this RQ job claims.

    Made from the job's id, so that its worker knows what the process had claimed that died.
    """
    return uuid.uuid5(uuid.NAMESPACE_OID, job_id)


def claim_run(
    run_id: UUID, attempt: int, *, token: UUID, now: datetime
) -> Claim | None:
    """Start an attempt of a pending run: its commit is the start.

    None if someone else has it, or if it was withdrawn: pausing has turned every run that
    had not started into `skipped`, so no status is asked for here. Raises only when the
    database is away: a run that cannot be started is claimed, and says why.
    """
    try:
        return _claim(run_id, attempt, token=token, now=now)
    except DATABASE_AWAY:
        raise
    except Exception as error:
        # Rolled back, it would be pending and sent again for ever.
        logger.exception("run_not_startable", run=str(run_id))
        why = f"It could not be started: {type(error).__name__}: {error}"
        return _claim(run_id, attempt, token=token, now=now, broken=why[:NOTE_LENGTH])


def _claim(
    run_id: UUID, attempt: int, *, token: UUID, now: datetime, broken: str = ""
) -> Claim | None:
    """The transaction. With a reason in `broken` nothing is dispatched."""
    with transaction.atomic():
        mine = ScheduledRun.objects.filter(
            pk=run_id, attempt=attempt, status=RunStatus.PENDING
        ).update(
            status=RunStatus.RUNNING,
            token=token,
            lease_until=now + LEASE,
            started_at=now,
        )
        if not mine:
            return None
        run = ScheduledRun.objects.get(pk=run_id)
        schedule = (
            ScheduledJob.objects.select_related("workflow", "owner")
            .filter(pk=run.schedule_id)
            .first()
        )
        if schedule is None or schedule.workflow.deleting_since is not None:
            _cancel_orphan(run, now=now)
            return None
        run.deadline_at = now + timedelta(seconds=schedule.timeout_seconds)
        refusal, kind = broken, FailureKind.BROKEN if broken else None
        run.execution = None  # not that of an earlier attempt, which has ended
        try:
            if not broken:
                run.execution = _dispatch(schedule, run, now=now)
        except NotAllowed as error:
            refusal, kind = str(error), FailureKind.NOT_ALLOWED
        except (NoTrigger, WorkflowInactive) as error:
            refusal, kind = str(error), FailureKind.NO_TRIGGER
        run.save(update_fields=["deadline_at", "execution"])
    return Claim(
        run_id=run.id,
        schedule_id=schedule.id,
        token=token,
        attempt=attempt,
        deadline=run.deadline_at,
        timeout_seconds=schedule.timeout_seconds,
        execution_id=run.execution_id,
        refusal=refusal,
        kind=kind,
    )


def _dispatch(
    schedule: ScheduledJob, run: ScheduledRun, *, now: datetime
) -> WorkflowExecution:
    """Start the schedule's workflow for this attempt: an insert, and no other I/O, unless
    it is somebody else's workflow.
    """
    if not isinstance(schedule.trigger_payload, dict):
        # Every door checks it before it is written: this came from elsewhere.
        raise TypeError("its payload is no JSON object")
    if not owner_may_run(schedule):
        raise NotAllowed(NOT_RUNNABLE)
    return dispatch_event(
        "schedule",
        {
            "schedule_id": str(schedule.id),
            "schedule_name": schedule.name,
            "trigger_node_id": schedule.trigger_node_id,
            "scheduled_for": run.scheduled_for.isoformat(),
            "fired_at": run.created_at.isoformat(),
            "origin": run.origin,
            "attempt": run.attempt,
            "payload": schedule.trigger_payload,
        },
        workflow=schedule.workflow,
        status=WorkflowExecution.Status.RUNNING,
        now=now,
    )


def _cancel_orphan(run: ScheduledRun, *, now: datetime) -> None:
    """The schedule was stopped between the send and the claim, or is about to be."""
    run.status = RunStatus.CANCELLED
    run.failure_kind = ""
    run.reason = Reason.STOPPED
    run.finished_at = now
    run.save(update_fields=["status", "failure_kind", "reason", "finished_at"])

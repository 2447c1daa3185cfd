"""Claiming a run: at most one worker starts an attempt, and has a lease on it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from schedules.limits import NOTE_LENGTH
from schedules.models import Reason, RunStatus, ScheduledJob, ScheduledRun
from schedules.services.access import OWNER_MAY_NOT_RUN, owner_may_run
from triggers.dispatch import dispatch_event
from triggers.exceptions import NoTrigger
from workflows.exceptions import WorkflowInactive
from workflows.execution.guard import CANCELLED, LEASE, Lease
from workflows.failures import FailureKind
from workflows.kit.database_retry import DATABASE_AWAY
from workflows.kit.errors import NotAllowed
from workflows.kit.logs import get_logger
from workflows.models import WorkflowExecution

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A started attempt. If no workflow could be started, it has no execution, `refusal` is
    the reason and `kind` the failure kind."""

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
            rows=claimed_run(self.run_id, self.token),
            deadline=self.deadline,
            timeout_seconds=self.timeout_seconds,
            names={"run": str(self.run_id), "execution": str(self.execution_id)},
            # Replaced by a later run, or its execution was cancelled by a user.
            cancelled=CANCELLED | Q(execution__cancel_requested_at__isnull=False),
        )


def claimed_run(run_id: UUID, token: UUID) -> QuerySet[ScheduledRun]:
    """The run, as long as this process runs it under this token; else no row."""
    return ScheduledRun.objects.filter(
        pk=run_id, token=token, status=RunStatus.RUNNING, task_result_id=None
    )


def token_of_job(job_id: str) -> UUID:
    """The token with which this RQ job claims an attempt.

    Derived from the job's id, so that a worker knows what a dead process had claimed.
    """
    return uuid.uuid5(uuid.NAMESPACE_OID, job_id)


def claim_run(
    run_id: UUID, attempt: int, *, token: UUID, now: datetime
) -> Claim | None:
    """Start an attempt of a pending run: the commit is the start.

    Returns None if another worker has it, or if it was withdrawn. The schedule's status is
    not checked: pausing has already withdrawn every run that had not started. Raises only
    if the database is unavailable: a run that cannot be started is claimed, with a refusal.
    """
    try:
        return _claim(run_id, attempt, token=token, now=now)
    except DATABASE_AWAY:
        raise
    except Exception as error:
        # Rolled back, the run would be pending, and sent again for ever.
        logger.exception("run_not_startable", run=str(run_id))
        why = f"It could not be started: {type(error).__name__}: {error}"
        return _claim(run_id, attempt, token=token, now=now, broken=why[:NOTE_LENGTH])


def _claim(
    run_id: UUID, attempt: int, *, token: UUID, now: datetime, broken: str = ""
) -> Claim | None:
    """One transaction. With a reason in `broken`, no workflow is started."""
    with transaction.atomic():
        if not _take(run_id, attempt, token=token, now=now):
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
        run.execution = None  # instead of that of an earlier attempt
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


def _take(run_id: UUID, attempt: int, *, token: UUID, now: datetime) -> bool:
    """Mark a pending run as running under this token; False if it is not pending."""
    pending = ScheduledRun.objects.filter(
        pk=run_id, attempt=attempt, status=RunStatus.PENDING
    )
    return bool(
        pending.update(
            status=RunStatus.RUNNING,
            token=token,
            lease_until=now + LEASE,
            started_at=now,
        )
    )


def _dispatch(
    schedule: ScheduledJob, run: ScheduledRun, *, now: datetime
) -> WorkflowExecution:
    """Create the execution for this attempt: one insert. For a workflow of another owner,
    also one query for the permission.
    """
    if not isinstance(schedule.payload, dict):
        # Every door validates the payload: this one was written past them.
        raise TypeError("the payload of the schedule is not a JSON object")
    if not owner_may_run(schedule):
        raise NotAllowed(OWNER_MAY_NOT_RUN)
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
            "payload": schedule.payload,
        },
        workflow=schedule.workflow,
        status=WorkflowExecution.Status.RUNNING,
        now=now,
    )


def _cancel_orphan(run: ScheduledRun, *, now: datetime) -> None:
    """Cancel a run whose schedule has been stopped since it was sent, or is being deleted."""
    run.status = RunStatus.CANCELLED
    run.failure_kind = ""
    run.reason = Reason.STOPPED
    run.finished_at = now
    run.save(update_fields=["status", "failure_kind", "reason", "finished_at"])

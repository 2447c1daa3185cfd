"""Claiming a run: at most one worker starts an attempt, and has a lease on it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from schedules.limits import NOTE_LENGTH
from schedules.models import Reason, RunStatus, ScheduledJob, ScheduledRun
from schedules.services.access import OWNER_MAY_NOT_RUN, owner_may_run
from triggers.dispatch import resolve_event
from triggers.exceptions import NoTrigger
from workflows.exceptions import WorkflowInactive
from workflows.execution.guard import CANCELLED, LEASE, Lease
from workflows.failures import FailureKind
from workflows.kit.database_retry import DATABASE_AWAY, retry_while_away
from workflows.kit.errors import NotAllowed
from workflows.kit.logs import get_logger
from workflows.kit.prepared import Insert, Param, Select, Update, run_all
from workflows.kit.sqlite_write_lock import queued_write
from workflows.models import WorkflowExecution

logger = get_logger(__name__)
RUN_CANCELLED = CANCELLED | Q(execution__cancel_requested_at__isnull=False)
Status = WorkflowExecution.Status
# What a start needs of run, schedule and workflow. Each further column takes time: they have
# more than a hundred.
OF_RUN = ("schedule", "attempt", "origin", "scheduled_for", "created_at")
OF_SCHEDULE = (
    "workflow",
    "owner",
    "name",
    "call",
    "arguments",
    "trigger_payload",
    "trigger_node_id",
    "timeout_seconds",
)
OF_WORKFLOW = ("owner", "name", "is_active", "graph_version", "deleting_since")
# Refusal and kind of the last claim, if it has one, by its token: the database does not have them,
# should the answer to the commit be lost.
_refused: dict[UUID, tuple[str, FailureKind | None]] = {}


@dataclass(frozen=True, slots=True)
class Claim:
    """A started attempt. If no workflow could be started, it has no execution, `refusal` is
    the reason and `kind` the failure kind."""

    run_id: UUID
    schedule_id: UUID
    token: UUID
    attempt: int
    scheduled_for: datetime
    started_at: datetime
    deadline: datetime
    timeout_seconds: int
    execution: WorkflowExecution | None
    refusal: str = ""
    kind: FailureKind | None = None

    @property
    def execution_id(self) -> UUID | None:
        return self.execution.pk if self.execution else None

    @property
    def lease(self) -> Lease:
        return Lease(
            rows=partial(claimed_run, self.run_id, self.token),
            deadline=self.deadline,
            timeout_seconds=self.timeout_seconds,
            names={"run": str(self.run_id), "execution": str(self.execution_id)},
            # Replaced by a later run, or its execution was cancelled by a user.
            cancelled=RUN_CANCELLED,
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
        logger.exception("run_not_startable", run=str(run_id))
        return claim_broken(run_id, attempt, error, token=token, now=now)


def claim_or_find(
    run_id: UUID, attempt: int, *, token: UUID, clock: Callable[[], datetime]
) -> Claim | None:
    """`claim_run`, repeated while the database is away; a claim is found again if the answer
    to its commit was lost. At the first look nothing is found: a process that is gone may have
    had the token."""
    is_repeated = False

    def step() -> Claim | None:
        nonlocal is_repeated
        was_repeated, is_repeated = is_repeated, True
        claim = claim_run(run_id, attempt, token=token, now=clock())
        if claim is None and was_repeated:
            claim = claimed_before(run_id, token=token)
        return claim

    return retry_while_away(step)


def claim_broken(
    run_id: UUID, attempt: int, error: Exception, *, token: UUID, now: datetime
) -> Claim | None:
    """The same for a run whose start has raised `error`, and was rolled back: it is claimed
    with the error as its refusal. Left pending, it would be sent again for ever."""
    why = f"It could not be started: {type(error).__name__}: {error}"
    return _claim(run_id, attempt, token=token, now=now, broken=why[:NOTE_LENGTH])


def _claim(
    run_id: UUID, attempt: int, *, token: UUID, now: datetime, broken: str = ""
) -> Claim | None:
    """With a reason in `broken`, no workflow is started."""
    run = next(iter(_read(id=run_id, attempt=attempt)), None)
    if run is None or run.schedule.workflow.deleting_since:
        cancel_orphan(run_id, attempt, now=now)
        return None
    return start(run, token=token, now=now, broken=broken)


def start(
    run: ScheduledRun,
    *,
    token: UUID,
    now: datetime,
    broken: str = "",
    is_locked: bool = False,
) -> Claim | None:
    """Start a run that was just read `with_what_starts`, in one transaction. None if it is no
    longer pending. If its row is locked, it is, and the transaction of the caller ends."""
    schedule = run.schedule
    resolved = (None, broken, FailureKind.BROKEN) if broken else _tried(run, now=now)
    execution, refusal, kind = resolved
    _refused.clear()
    if execution is None:
        _refused[token] = refusal, kind
    deadline = now + timedelta(seconds=schedule.timeout_seconds)
    take = _take.bind(
        id=run.id,
        attempt=run.attempt,
        token=token,
        lease_until=now + LEASE,
        started_at=now,
        deadline_at=deadline,
        # Instead of that of an earlier attempt; the reference is checked at the commit.
        execution=execution.pk if execution else None,
    )
    statements = [take, _insert.bind(rows=[execution])] if execution else [take]
    own = nullcontext() if is_locked else transaction.atomic(savepoint=False)
    with queued_write(), own:
        taken, *_ = run_all(statements, commits=is_locked)
        if not taken:
            _undo(execution, is_committed=is_locked)
            return None
    return Claim(
        run_id=run.id,
        schedule_id=schedule.id,
        token=token,
        attempt=run.attempt,
        scheduled_for=run.scheduled_for,
        started_at=now,
        deadline=deadline,
        timeout_seconds=schedule.timeout_seconds,
        execution=execution,
        refusal=refusal,
        kind=kind,
    )


def _undo(execution: WorkflowExecution | None, *, is_committed: bool) -> None:
    """Remove the execution of a run that was not started after all."""
    if not is_committed:
        transaction.set_rollback(True)
    elif execution is not None:
        WorkflowExecution.objects.filter(pk=execution.pk).delete()


def _tried(
    run: ScheduledRun, *, now: datetime
) -> tuple[WorkflowExecution | None, str, FailureKind | None]:
    """The execution for this attempt; or why there is none, and the kind of that failure."""
    try:
        return _resolve(run.schedule, run, now=now), "", None
    except NotAllowed as error:
        return None, str(error), FailureKind.NOT_ALLOWED
    except (NoTrigger, WorkflowInactive) as error:
        return None, str(error), FailureKind.NO_TRIGGER


def claimed_before(run_id: UUID, *, token: UUID) -> Claim | None:
    """The claim that was made under this token, if it was committed; one with a refusal, if
    this process made it."""
    is_made = Q(execution__status=Status.RUNNING)
    if token in _refused:
        is_made |= Q(execution=None)
    found = claimed_run(run_id, token).filter(is_made)
    run = found.select_related("schedule", "execution__workflow").first()
    if run is None:
        return None
    assert run.started_at is not None  # set by the claim, as is the other
    assert run.deadline_at is not None
    refusal, kind = _refused.get(token, ("", None))
    return Claim(
        run_id=run.id,
        schedule_id=run.schedule_id,
        token=token,
        attempt=run.attempt,
        scheduled_for=run.scheduled_for,
        started_at=run.started_at,
        deadline=run.deadline_at,
        timeout_seconds=run.schedule.timeout_seconds,
        execution=run.execution,
        refusal=refusal,
        kind=kind,
    )


def _pending() -> QuerySet[ScheduledRun]:
    return ScheduledRun.objects.filter(
        pk=Param(ScheduledRun, "id"),
        attempt=Param(ScheduledRun, "attempt"),
        # Not `=`: PostgreSQL, which may know nothing yet of a hundred thousand new rows,
        # would look for the one among all that are pending.
        status__in=[RunStatus.PENDING, ""],
    )


def with_what_starts(runs: QuerySet[ScheduledRun]) -> QuerySet[ScheduledRun]:
    """These runs with what `start` reads, in one query."""
    return runs.select_related("schedule__workflow").only(
        *OF_RUN,
        *(f"schedule__{name}" for name in OF_SCHEDULE),
        *(f"schedule__workflow__{name}" for name in OF_WORKFLOW),
    )


_insert = Insert(WorkflowExecution)
_read = Select(lambda: with_what_starts(_pending()))
_take = Update(
    _pending,
    status=RunStatus.RUNNING,
    **{
        name: Param(ScheduledRun, name)
        for name in ("token", "lease_until", "started_at", "deadline_at", "execution")
    },
)


def _resolve(
    schedule: ScheduledJob, run: ScheduledRun, *, now: datetime
) -> WorkflowExecution:
    """The execution for this attempt, to be inserted. For a workflow of another owner, one
    query for the permission.
    """
    if not isinstance(schedule.payload, dict):
        # Every door validates the payload: this one was written past them.
        raise TypeError("the payload of the schedule is not a JSON object")
    if not owner_may_run(schedule):
        raise NotAllowed(OWNER_MAY_NOT_RUN)
    return resolve_event(
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
        status=Status.RUNNING,
        now=now,
    )


def cancel_orphan(run_id: UUID, attempt: int, *, now: datetime) -> None:
    """Cancel a pending run whose schedule has been stopped since it was sent, or is being
    deleted with its workflow."""
    alive = ScheduledJob.objects.filter(
        pk=OuterRef("schedule_id"), workflow__deleting_since=None
    )
    # Whoever has locked it cancels it: two that wait for each other would be a deadlock.
    orphan = (
        ScheduledRun.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(~Exists(alive), pk=run_id, attempt=attempt, status=RunStatus.PENDING)
        .order_by()
    )
    with transaction.atomic():
        ScheduledRun.objects.filter(pk__in=orphan.values("pk")).update(
            status=RunStatus.CANCELLED,
            failure_kind="",
            reason=Reason.STOPPED,
            finished_at=now,
        )

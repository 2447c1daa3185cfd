"""Outcomes: an attempt succeeds, is retried, or fails; then waiting runs are released."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from schedules.limits import NOTE_LENGTH
from schedules.models import (
    ReasonCode,
    RunStatus,
    ScheduledJob,
    ScheduledRun,
    Status,
)
from schedules.policy.decide import retry_at
from schedules.services import transitions
from schedules.services.actor import Actor
from schedules.services.runs.waiting import release_waiting
from workflows.execution.abandon import abandon_execution
from workflows.execution.endings import Attempt, Ending, ending
from workflows.execution.record import Record
from workflows.failures import FailureKind
from workflows.kit.logs import LogBatch
from workflows.kit.prepared import Param, Save, Select, literal

events = LogBatch(__name__)
ERROR_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended; a failed one has a failure kind. `error` is for people: it has no
    traceback and no secrets.

    The kind `broken` pauses the schedule: until the schedule or its workflow is repaired,
    every further attempt would fail in the same way.
    """

    status: Literal["succeeded", "failed", "cancelled"]
    error: str = ""
    kind: FailureKind | None = None
    # Written in the same transaction: the end of the execution.
    record: Record | None = None


def record_outcome(
    run_id: UUID, *, token: UUID, outcome: Outcome, now: datetime
) -> bool:
    """Record how the attempt with this `token` ended. Returns False if it has lost its lease.

    A failed attempt waits for a retry on the same ledger row, if the schedule allows one and
    is not paused; otherwise the run fails, which may pause the schedule. Runs that waited
    for its end are released.
    """
    return settle(run_id, token, lambda run: outcome, now=now)


def close_lost_run(
    run_id: UUID,
    token: UUID,
    *,
    observed: Ending,
    now: datetime,
    lease_ended_before: datetime | None = None,
) -> bool:
    """Record the end of an attempt and of its execution after their process has died.

    The arguments and the result are those of `Leased.close`.
    """

    def close(run: ScheduledRun) -> Outcome | None:
        if run.task_result_id:  # it goes on without its process
            return None
        ended = ending(
            _attempt(run), observed, now=now, lease_ended_before=lease_ended_before
        )
        if ended is None:
            return None
        if run.execution_id:
            abandon_execution(run.execution_id, ended, now=now)
        return Outcome(ended.status, ended.error, ended.kind)

    return settle(run_id, token, close, now=now)


def settle(
    run_id: UUID,
    token: UUID,
    outcome_of: Callable[[ScheduledRun], Outcome | None],
    *,
    now: datetime,
) -> bool:
    """Record the outcome that `outcome_of` gives for the locked run, in one transaction.
    Returns False if the attempt has ended already, or has no outcome yet."""
    with transaction.atomic():
        schedule = next(iter(_lock_schedule(id=run_id)), None)
        run = next(iter(_lock_run(id=run_id, token=token)), None)
        outcome = outcome_of(run) if run else None
        if run is None or outcome is None:
            return False
        if outcome.record:
            outcome.record.write_end()
        _settle(run, schedule, outcome, now=now)
        if schedule is not None:
            _count(schedule, run, outcome, now=now)
            release_waiting(schedule, now=now)
    log_ended(
        schedule=run.schedule_id,
        tick=run.scheduled_for,
        run=run.id,
        execution=run.execution_id,
        attempt=run.attempt,
        status=outcome.status,
        kind=outcome.kind or "",
        error=outcome.error,
    )
    return True


_lock_schedule = Select(
    lambda: ScheduledJob.objects.locked().filter(
        pk__in=ScheduledRun.objects.filter(pk=Param(ScheduledRun, "id")).values(
            "schedule"
        )
    )
)
_lock_run = Select(
    lambda: ScheduledRun.objects.select_for_update(no_key=True).filter(
        pk=Param(ScheduledRun, "id"),
        token=Param(ScheduledRun, "token"),
        status=literal(RunStatus.RUNNING),
    )
)
_save_run = Save(
    ScheduledRun,
    "failure_kind",
    "error",
    "token",
    "lease_until",
    "task_result_id",
    "task_backend",
    "polled_at",
    "status",
    "finished_at",
    "not_before",
    "attempt",
    "send_count",
    "enqueued_at",
)
_save_counts = Save(
    ScheduledJob,
    "run_count",
    "last_run_at",
    "error_count",
    "last_error",
    "consecutive_failures",
)


def log_ended(
    *,
    schedule: UUID,
    tick: datetime,
    run: UUID,
    execution: UUID | None,
    attempt: int,
    status: str,
    kind: str = "",
    error: str = "",
) -> None:
    """The line of an attempt that has ended."""
    events.info_now(
        "run_ended",
        schedule=str(schedule),
        tick=tick.isoformat(),
        run=str(run),
        execution=str(execution),
        attempt=str(attempt),
        status=status,
        kind=kind,
        error=error,
    )


def _attempt(run: ScheduledRun) -> Attempt:
    assert run.started_at is not None  # set by the claim, as are the others
    assert run.deadline_at is not None
    assert run.lease_until is not None
    return Attempt(
        started_at=run.started_at,
        deadline=run.deadline_at,
        lease_until=run.lease_until,
        cancelled_at=cancelled_at(run),
    )


def cancelled_at(run: ScheduledRun) -> datetime | None:
    """When it was asked to end: replaced by a later run, or cancelled by a user, which
    concerns its execution."""
    if run.cancel_requested_at or run.execution is None:
        return run.cancel_requested_at
    return run.execution.cancel_requested_at


def _settle(
    run: ScheduledRun,
    schedule: ScheduledJob | None,
    outcome: Outcome,
    *,
    now: datetime,
) -> None:
    run.failure_kind = outcome.kind or ""
    run.error = outcome.error[:ERROR_LENGTH]
    run.token = run.lease_until = None
    run.task_result_id = run.task_backend = run.polled_at = None
    again = _retry_at(run, schedule, now=now) if outcome.status == "failed" else None
    if again is None:
        run.status = RunStatus(outcome.status)
        run.finished_at = now
    else:
        run.status = RunStatus.WAITING
        run.not_before = again
        run.attempt += 1
        run.send_count = 0
        run.enqueued_at = None
    _save_run(run)


def _retry_at(
    run: ScheduledRun, schedule: ScheduledJob | None, *, now: datetime
) -> datetime | None:
    """When a failed attempt is retried; None if it is not.

    A run that was asked to end is not retried.
    """
    if schedule is None or schedule.status == Status.PAUSED:
        return None
    again = retry_at(
        attempt=run.attempt,
        max_retries=schedule.max_retries,
        backoff_seconds=schedule.retry_backoff_seconds,
        now=now,
    )
    return None if again and cancelled_at(run) else again


def _count(
    schedule: ScheduledJob, run: ScheduledRun, outcome: Outcome, *, now: datetime
) -> None:
    """Update the schedule's counts, and pause it after too many failures in a row."""
    schedule.run_count += 1
    if run.started_at and (
        not schedule.last_run_at or run.started_at > schedule.last_run_at
    ):
        schedule.last_run_at = run.started_at
    if outcome.status == "failed":
        schedule.error_count += 1
        schedule.last_error = run.error
        schedule.consecutive_failures += run.status == RunStatus.FAILED
    elif outcome.status == "succeeded":
        schedule.consecutive_failures = 0
    _save_counts(schedule)
    code, note = _pause_reason(schedule, outcome)
    if code and schedule.status == Status.ACTIVE:
        transitions.pause(
            schedule,
            actor=Actor.system(),
            now=now,
            note=note[:NOTE_LENGTH],
            code=code,
            failure_kind=run.failure_kind,
        )


def _pause_reason(schedule: ScheduledJob, outcome: Outcome) -> tuple[ReasonCode, str]:
    if outcome.kind == FailureKind.BROKEN:
        return ReasonCode.CANNOT_RUN, f"It cannot run: {outcome.error}"
    limit, failures = schedule.pause_after_failures, schedule.consecutive_failures
    if 0 < limit <= failures:
        times = f"{failures} failures in a row" if failures > 1 else "a failure"
        return ReasonCode.FAILURES, f"Paused after {times}: {schedule.last_error}"
    return ReasonCode.NONE, ""

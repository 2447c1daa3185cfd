"""Runs that were handed over to the backend of a Task: no process of ours holds them. The
sweep asks the backend what became of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet

from schedules.models import RunStatus, ScheduledRun
from schedules.services.runs.claims import Claim, claimed_run
from schedules.services.runs.outcomes import Outcome, cancelled_at, settle
from workflows.exceptions import NodeFailed, TimedOut
from workflows.execution.ended import end_execution
from workflows.execution.engine import recordable
from workflows.execution.error_text import MAX_ERROR
from workflows.execution.guard import CANCELLED
from workflows.execution.steps import fix_each
from workflows.execution.task_results import TaskEnd, TaskUnknown, end_of_task
from workflows.failures import FailureKind
from workflows.kit.database_retry import DATABASE_AWAY
from workflows.kit.logs import get_logger
from workflows.safety.redaction import redact

logger = get_logger(__name__)
# Asked in one step; those that were not asked for the longest time come first.
BATCH = 100
MAY_STILL_RUN = "The task itself may still run on its backend."
UNKNOWN = "The backend of the task does not know its result (any more)."
Ask = Callable[[str, str], TaskEnd | None]


def hand_over(claim: Claim, *, result_id: str, backend: str, now: datetime) -> None:
    """Put the id of the Task's result on record, in the transaction that enqueues the Task.
    From its commit on the run needs no process.

    Raises `NodeFailed` if this process does not hold the run any more, or if it was asked to
    end: then the transaction must be rolled back.
    """
    held = claimed_run(claim.run_id, claim.token).exclude(CANCELLED)
    if not held.update(
        task_result_id=result_id, task_backend=backend, polled_at=now, lease_until=None
    ):
        raise NodeFailed("The run was ended before its task was enqueued.")


def are_handed_over() -> bool:
    """Whether any run is at the backend of a Task."""
    return _handed_over().exists()


def poll_handed_over(now: datetime, ask: Ask = end_of_task) -> int:
    """Ask the backends about some of the runs that they have, and record those that have
    ended. Returns how many have."""
    oldest = _handed_over().select_related("execution").order_by("polled_at")
    runs = list(oldest[:BATCH])
    ScheduledRun.objects.filter(pk__in=[run.pk for run in runs]).update(polled_at=now)
    return fix_each(runs, partial(_poll, ask=ask, now=now))


def _handed_over() -> QuerySet[ScheduledRun]:
    return ScheduledRun.objects.filter(
        status=RunStatus.RUNNING, task_result_id__isnull=False
    )


def _poll(run: ScheduledRun, *, ask: Ask, now: datetime) -> bool:
    assert run.token is not None
    answer = _answer(run, ask)
    if _outcome(run, answer, now=now) is None:  # no lock for a run that goes on
        return False

    def close(locked: ScheduledRun) -> Outcome | None:
        outcome = _outcome(locked, answer, now=now)
        return outcome and _recorded(locked, outcome, answer, now=now)

    return settle(run.id, run.token, close, now=now)


def _answer(run: ScheduledRun, ask: Ask) -> TaskEnd | TaskUnknown | None:
    """What the backend says. One that cannot be reached is asked again, until the deadline."""
    try:
        return ask(run.task_backend or "", run.task_result_id or "")
    except TaskUnknown as unknown:
        return unknown
    except DATABASE_AWAY:
        raise
    except Exception:
        logger.warning("task_backend_failed", run=str(run.id), exc_info=True)
        return None


def _outcome(
    run: ScheduledRun, answer: TaskEnd | TaskUnknown | None, *, now: datetime
) -> Outcome | None:
    """How the run has ended; None if it goes on. What the task has done counts before what
    it was asked."""
    assert run.deadline_at is not None
    assert run.started_at is not None
    if isinstance(answer, TaskEnd):
        if answer.error:
            return Outcome("failed", answer.error, FailureKind.NODE)
        return Outcome("succeeded")
    if cancelled_at(run):
        return Outcome("cancelled", f"Cancelled. {MAY_STILL_RUN}")
    if isinstance(answer, TaskUnknown):
        return Outcome("failed", UNKNOWN, FailureKind.LOST)
    if run.deadline_at <= now:
        seconds = (run.deadline_at - run.started_at).total_seconds()
        error = f"{TimedOut(seconds)} {MAY_STILL_RUN}"
        return Outcome("failed", error, FailureKind.TIMEOUT)
    return None


def _recorded(
    run: ScheduledRun,
    outcome: Outcome,
    answer: TaskEnd | TaskUnknown | None,
    *,
    now: datetime,
) -> Outcome:
    """The outcome, once it is on record in the execution."""
    value = answer.value if isinstance(answer, TaskEnd) else None
    outcome = replace(outcome, error=redact(outcome.error)[:MAX_ERROR])
    try:
        _end_execution(run, outcome, value, now=now)
    except NodeFailed as error:  # the value cannot be recorded
        outcome = Outcome("failed", str(error), FailureKind.NODE)
        _end_execution(run, outcome, None, now=now)
    return outcome


def _end_execution(
    run: ScheduledRun, outcome: Outcome, value: Any, *, now: datetime
) -> None:
    """Raises `NodeFailed` for a value that cannot be recorded."""
    if not run.execution_id:
        return
    of_node: dict[str, Any] = {}
    if outcome.status == "succeeded":
        of_node = {"output": redact(recordable(value)), "port": "out"}
    end_execution(
        run.execution_id,
        outcome.status,
        now=now,
        error=outcome.error,
        kind=outcome.kind,
        **of_node,
    )

"""RQ's entry points: read the clock, call a service."""

from __future__ import annotations

import time
import uuid
from datetime import datetime
from uuid import UUID

import structlog
from django.utils import timezone
from rq import get_current_job

from schedules.policy.clocks import compare
from schedules.services.clocks.other_clocks import leads
from schedules.services.runs.claims import Claim, claim_run, token_of_job
from schedules.services.runs.firing import fire_due
from schedules.services.runs.outcomes import Outcome, record_outcome
from workflows.exceptions import Cancelled, InvalidGraph, TimedOut
from workflows.execution.endings import CANCELLED
from workflows.execution.engine import run_execution
from workflows.execution.guard import Guard, guarded
from workflows.execution.slate import at_work
from workflows.failures import FailureKind, kind_of
from workflows.kit.database_retry import retry_while_away

logger = structlog.get_logger(__name__)
MOST_EARLY_SECONDS = 1.0


def clock() -> datetime:
    """The one place where the jobs read the clock."""
    return timezone.now()  # noqa: TID251 an entry point


def execute_scheduled_trigger(
    scheduled_job_id: str,
    scheduled_for: str | None = None,
    run_id: str | None = None,
    attempt: int | None = None,
) -> None:
    """Run one attempt of a fired run; times are ISO text, ids are UUIDs as text.

    With the schedule's id alone, as a stock rq-scheduler calls an alarm, it fires whatever
    is due of that schedule: one harmless extra look.
    """
    if run_id is None or attempt is None:
        if compare(leads(clock)).hold:
            logger.error("firing_held", schedule=scheduled_job_id)
            return
        fire_due(clock(), schedule_id=UUID(scheduled_job_id))
        return
    wait_for(scheduled_for)
    job = get_current_job()
    token = token_of_job(job.id) if job else uuid.uuid4()
    with at_work():  # from before the claim on: the token tells whether it is ours
        claim = retry_while_away(
            lambda: claim_run(UUID(run_id), attempt, token=token, now=clock())
        )
        if claim is None:
            return
        logger.info(
            "run_started",
            schedule=scheduled_job_id,
            tick=scheduled_for,
            run=run_id,
            execution=str(claim.execution_id),
            attempt=attempt,
        )
        _run(claim)


def _run(claim: Claim) -> None:
    with guarded(claim.lease, clock=clock) as guard:
        with guard.work():
            outcome = _outcome(claim, guard)
        retry_while_away(
            lambda: record_outcome(
                claim.run_id, token=claim.token, outcome=outcome, now=clock()
            )
        )


def wait_for(scheduled_for: str | None) -> None:
    """No run starts before its time by this machine's clock: it would meet yesterday.

    The scheduler decides a moment ahead, and its clock may be a little before ours; more
    than `MOST_EARLY_SECONDS` is no reason to hold a worker up.
    """
    if scheduled_for:
        early = (datetime.fromisoformat(scheduled_for) - clock()).total_seconds()
        time.sleep(max(0.0, min(early, MOST_EARLY_SECONDS)))


def _outcome(claim: Claim, guard: Guard) -> Outcome:
    if claim.execution_id is None:
        return Outcome("failed", claim.refusal, claim.kind)
    try:
        execution = run_execution(
            claim.execution_id, clock=clock, stop_if_over=guard.stop_if_over
        )
    except Cancelled:
        return Outcome(CANCELLED.status, CANCELLED.error)
    except TimedOut as error:
        return Outcome("failed", str(error), kind_of(error))
    except InvalidGraph as error:
        logger.exception("workflow_broken", run=str(claim.run_id))
        return Outcome("failed", error.message, kind_of(error))
    except BaseException as error:
        # Whatever it was, the run has ended, and here is where that is known first.
        logger.exception("run_crashed", run=str(claim.run_id))
        why = f"An unexpected {type(error).__name__} ended it."
        return Outcome("failed", why, FailureKind.CRASH)
    if execution.status == execution.Status.SUCCEEDED:
        return Outcome("succeeded")
    if execution.status == execution.Status.CANCELLED:
        return Outcome("cancelled", execution.error)
    return Outcome("failed", execution.error, FailureKind(execution.failure_kind))

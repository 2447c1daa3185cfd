"""The entry points of RQ jobs: they read the clock and call a service."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone
from rq import get_current_job

from schedules.policy.clocks import compare
from schedules.services.clocks.other_clocks import leads
from schedules.services.runs.claims import Claim, claim_or_find, token_of_job
from schedules.services.runs.firing import fire_due
from schedules.services.runs.handed_over import hand_over
from schedules.services.runs.outcomes import Outcome, record_outcome
from schedules.services.runs.successes import record_success
from workflows.exceptions import Cancelled, InvalidGraph, TimedOut
from workflows.execution.endings import CANCELLED
from workflows.execution.engine import AroundNode, run_execution
from workflows.execution.guard import guarded
from workflows.execution.process_state import at_work
from workflows.execution.record import Record
from workflows.failures import FailureKind, kind_of
from workflows.kit.database_retry import retry_while_away
from workflows.kit.logs import LogBatch, get_logger
from workflows.kit.prepared import Ahead

logger = get_logger(__name__)
events = LogBatch(__name__)
LONGEST_WAIT_SECONDS = 1.0


def clock() -> datetime:
    """The one place where the jobs read the clock."""
    return timezone.now()  # noqa: TID251 an entry point


def execute_scheduled_trigger(
    scheduled_job_id: str,
    scheduled_for: str | None = None,
    run_id: str | None = None,
    attempt: int | None = None,
) -> None:
    """Run one attempt of a fired run. Times are ISO 8601 text, ids are UUIDs as text.

    Called with the schedule's id alone, as rq-scheduler's own loop calls an alarm, it fires
    what is due of that schedule, which is harmless.
    """
    if run_id is None or attempt is None:
        if compare(leads(clock)).is_host_wrong:
            logger.error("firing_held", schedule=scheduled_job_id)
            return
        fire_due(clock(), schedule_id=UUID(scheduled_job_id))
        return
    if scheduled_for:
        wait_until(datetime.fromisoformat(scheduled_for))
    job = get_current_job()
    token = token_of_job(job.id) if job else uuid.uuid4()
    with at_work():  # before the claim: the token shows whether the claim succeeded
        claim = claim_or_find(UUID(run_id), attempt, token=token, clock=clock)
        if claim is not None:
            run_claimed(claim)


def run_claimed(claim: Claim, *, ahead: Ahead[Any] | None = None) -> None:
    """Run a claimed attempt, and record its outcome. `ahead`: see `record_success`."""
    events.info_now(
        "run_started",
        schedule=str(claim.schedule_id),
        tick=claim.scheduled_for.isoformat(),
        run=str(claim.run_id),
        execution=str(claim.execution_id),
        attempt=str(claim.attempt),
    )
    with guarded(claim.lease, clock=clock) as guard:
        with guard.work():
            outcome = outcome_of(
                claim,
                raise_if_interrupted=guard.raise_if_interrupted,
                let_go=guard.let_go,
            )
        if outcome is None:
            return
        retry_while_away(partial(_record, claim, outcome, ahead))


def _record(claim: Claim, outcome: Outcome, ahead: Ahead[Any] | None) -> None:
    now = clock()
    record = outcome.record if outcome.status == "succeeded" else None
    if record and record_success(claim, record, now=now, ahead=ahead):
        return
    record_outcome(claim.run_id, token=claim.token, outcome=outcome, now=now)


def _hand_over(
    claim: Claim, let_go: Callable[[], None], result_id: str, backend: str
) -> None:
    let_go()
    hand_over(claim, result_id=result_id, backend=backend, now=clock())


def wait_until(scheduled_for: datetime) -> None:
    """Wait until the time of the tick by the clock of this machine.

    Otherwise a run at midnight could still read yesterday's date. The scheduler fires a moment
    ahead, and its clock may be slightly ahead of this one. The wait is at most
    `LONGEST_WAIT_SECONDS`, so that a wrong clock does not block a worker.
    """
    early = (scheduled_for - clock()).total_seconds()
    if early > 0:  # even no sleep at all gives up the processor
        time.sleep(min(early, LONGEST_WAIT_SECONDS))


def outcome_of(
    claim: Claim,
    *,
    raise_if_interrupted: Callable[[], None] = lambda: None,
    let_go: Callable[[], None] = lambda: None,
    around_node: AroundNode = nullcontext,
) -> Outcome | None:
    """Run the execution of a claimed attempt; see `engine.run_execution`. Returns how it
    ended; None if it goes on at the backend of a Task, for which `let_go` gives up the lease.
    """
    if claim.execution is None:
        return Outcome("failed", claim.refusal, claim.kind)
    record = Record(claim.execution)
    outcome = partial(Outcome, record=record)
    try:
        run_execution(
            claim.execution,
            record=record,
            clock=clock,
            raise_if_interrupted=raise_if_interrupted,
            hand_over=partial(_hand_over, claim, let_go),
            around_node=around_node,
        )
    except Cancelled:
        return outcome(CANCELLED.status, CANCELLED.error)
    except TimedOut as error:
        return outcome("failed", str(error), kind_of(error))
    except InvalidGraph as error:
        logger.exception("workflow_broken", run=str(claim.run_id))
        return outcome("failed", error.message, kind_of(error))
    except BaseException as error:
        # The run has ended, whatever the error: its outcome must be recorded.
        logger.exception("run_crashed", run=str(claim.run_id))
        text = f"An unexpected {type(error).__name__} ended the run."
        return outcome("failed", text, FailureKind.CRASH)
    if (ended := record.ended) is None:
        return None
    return outcome(ended.status, ended.error, ended.kind)

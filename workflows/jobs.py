"""RQ's entry point for executions that are queued on their own."""

from __future__ import annotations

from uuid import UUID

import structlog
from django.conf import settings
from django.utils import timezone

from workflows import engine
from workflows.deadline import KILL_AFTER_SECONDS, deadline
from workflows.exceptions import InvalidGraph, TimedOut
from workflows.lease import held
from workflows.leftovers import end_leftovers
from workflows.services import claim_execution
from workflows.slate import at_work

log = structlog.get_logger(__name__)
clock = timezone.now  # noqa: TID251 - an entry point: here the clock is read


def run_execution(execution_id: str) -> None:
    """Claim the execution and run it; do nothing if someone else has it."""
    pk = UUID(execution_id)
    if not claim_execution(pk, now=clock()):
        log.info("execution_already_claimed", execution=execution_id)
        return
    with at_work():
        _run(pk)


def _run(pk: UUID) -> None:
    seconds = settings.EXECUTION_TIMEOUT_SECONDS
    hold = held(pk, clock=clock, seconds=seconds + KILL_AFTER_SECONDS)
    try:
        with hold, deadline(seconds) as stop_if_over:
            engine.run_execution(pk, clock=clock, stop_if_over=stop_if_over)
    except (TimedOut, InvalidGraph):
        return  # recorded by the engine: the job itself did its work
    finally:
        end_leftovers(execution=str(pk))

"""RQ's entry point for executions that are queued on their own."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.utils import timezone

from workflows.exceptions import InvalidGraph, TimedOut
from workflows.execution import engine
from workflows.execution.guard import Lease, guarded
from workflows.execution.process_state import at_work
from workflows.execution.standalone import claim_or_find
from workflows.kit.logs import get_logger
from workflows.models import WorkflowExecution

log = get_logger(__name__)
clock = timezone.now  # noqa: TID251 - an entry point: here the clock is read


def run_execution(execution_id: str) -> None:
    """Claim the execution and run it. Do nothing if it has already been claimed."""
    pk = UUID(execution_id)
    claimed = claim_or_find(pk, clock=clock)
    if claimed is None:
        log.info("execution_already_claimed", execution=execution_id)
        return
    with at_work():
        run_claimed(*claimed)


def run_claimed(execution: WorkflowExecution, lease: Lease) -> None:
    """Run a claimed execution."""
    # The engine has recorded these: the job itself has done its work.
    recorded = suppress(TimedOut, InvalidGraph)
    with recorded, guarded(lease, clock=clock) as guard, guard.work():
        engine.run_execution(
            execution, clock=clock, raise_if_interrupted=guard.raise_if_interrupted
        )

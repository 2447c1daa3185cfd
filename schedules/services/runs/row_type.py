"""Runs of schedules, registered with the execution machine: how they are sent again, and
how they are closed after their process has died."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from schedules.models import ScheduledRun
from schedules.rq.messages import ENTRY_POINT
from schedules.services.runs.claims import token_of_job
from schedules.services.runs.outcomes import close_lost_run
from schedules.services.runs.sending import RUNS
from workflows.execution import abandon, outbox
from workflows.execution.abandon import Leased

RUN_ARGUMENTS = 4


def attempt_of_job(job_id: str, args: Sequence[Any]) -> tuple[UUID, UUID] | None:
    """The run id and token of the attempt that an RQ job starts; None for an alarm."""
    if len(args) < RUN_ARGUMENTS:
        return None
    return UUID(args[2]), token_of_job(job_id)


outbox.register(RUNS)
abandon.register(
    Leased(
        name="run",
        model=ScheduledRun,
        key=("id", "token"),
        close=close_lost_run,
        entry_point=ENTRY_POINT,
        key_of_job=attempt_of_job,
        key_of_held=lambda run_id, token: (run_id, token),
    )
)

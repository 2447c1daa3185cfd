"""Puts on record how work ended whose process could not do so."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.utils import timezone
from rq.job import Job

from workflows.execution.abandon import close_held, close_job
from workflows.execution.endings import Ending
from workflows.execution.process_state import Held
from workflows.failures import FailureKind
from workflows.kit.logs import get_logger

logger = get_logger(__name__)
WORKER_STOPPED = Ending(
    "failed",
    "Worker lost: it was stopped before the run had ended.",
    FailureKind.LOST,
)
STOPPED_IN_RQ = Ending("cancelled", "The job was stopped through RQ.")
CRASHED = Ending(
    "failed",
    "An unexpected error ended the run; see the log for details.",
    FailureKind.CRASH,
)


def record_held(held: Held, observed: Ending) -> None:
    """Record the end of what a process held that stays. `observed` is how it ended."""
    now = timezone.now()  # noqa: TID251 an entry point
    _record(lambda: close_held(held, observed=observed, now=now), str(held.id))


def record_job(job: Job, observed: Ending) -> None:
    """Record the end of an RQ job of ours, for which a process had been forked."""
    now = timezone.now()  # noqa: TID251 an entry point
    _record(
        lambda: close_job(job.func_name, job.id, job.args, observed=observed, now=now),
        job.id,
    )


def _record(close: Callable[[], None], what: str) -> None:
    try:
        close()
    except Exception:
        # The sweep will find the run by its lease.
        logger.exception("lost_run_not_recorded", job=what)
    finally:
        connection.close()  # the next fork must not share it

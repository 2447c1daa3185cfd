"""What is queued and what runs at this moment."""

from __future__ import annotations

from dataclasses import dataclass

from schedules.models import RunStatus, ScheduledRun
from workflows.models import WorkflowExecution


@dataclass(frozen=True, slots=True)
class Work:
    """Runs of schedules, and executions that were started by hand or by a webhook."""

    waiting: int  # in the queue
    running: int  # in a worker


def work_now() -> Work:
    """Four counts, each by an index of its own that has little in it."""
    runs, executions = ScheduledRun.objects, WorkflowExecution.objects
    pending, running = RunStatus.PENDING, RunStatus.RUNNING
    return Work(
        waiting=runs.filter(status=pending).count()
        + executions.filter(status=pending).count(),
        # Those that were handed over to the backend of a Task occupy no worker.
        running=runs.filter(status=running, lease_until__isnull=False).count()
        + executions.filter(status=running, lease_until__isnull=False).count(),
    )

"""Rows of the ledger to list."""

from __future__ import annotations

from datetime import timedelta

from schedules.models import Origin, RunStatus, ScheduledJob, ScheduledRun
from tests.schedules.conftest import NOON


def write_run(schedule: ScheduledJob, minute: int, status: RunStatus) -> ScheduledRun:
    """A run at that minute after noon, which took 12 seconds if it ran."""
    at = NOON + timedelta(minutes=minute)
    has_run = status in (RunStatus.SUCCEEDED, RunStatus.FAILED)
    return ScheduledRun.objects.create(
        schedule=schedule,
        schedule_name=schedule.name,
        epoch=1,
        origin=Origin.SCHEDULE,
        scheduled_for=at,
        due_at=at,
        status=status,
        started_at=at if has_run else None,
        finished_at=at + timedelta(seconds=12) if has_run else None,
        failure_kind="node" if status == RunStatus.FAILED else "",
        created_at=at,
    )

"""What is due in the database: ticks, retries, and runs that may start."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Min, QuerySet

from schedules.models import RunStatus, ScheduledJob, ScheduledRun, Status


def next_instant(until: datetime) -> datetime | None:
    """When the next tick, retry or run is due; None if none is, up to `until`."""
    active = ScheduledJob.objects.filter(status=Status.ACTIVE, next_run_at__lte=until)
    retries = ScheduledRun.objects.filter(
        status=RunStatus.WAITING, not_before__lte=until
    )
    found = (
        active.order_by().aggregate(at=Min("next_run_at"))["at"],
        retries.order_by().aggregate(at=Min("not_before"))["at"],
        _pending().order_by().aggregate(at=Min("created_at"))["at"],
    )
    due = [at for at in found if at is not None]
    return min(*due, until) if due else None


def first_pending() -> ScheduledRun | None:
    """The run that a worker would take next."""
    return _pending().order_by("scheduled_for", "created_at").first()


def at_backends() -> set[UUID]:
    """The runs that go on at the backend of a Task."""
    handed_over = ScheduledRun.objects.filter(
        status=RunStatus.RUNNING, task_result_id__isnull=False
    )
    return set(handed_over.values_list("pk", flat=True))


def _pending() -> QuerySet[ScheduledRun]:
    return ScheduledRun.objects.filter(status=RunStatus.PENDING)

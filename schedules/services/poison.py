"""A schedule that cannot be fired is taken out of the way of the others."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from schedules.limits import NOTE_LENGTH
from schedules.models import ScheduledJob, Status
from schedules.services.actor import Actor
from schedules.services.pausing import pause_locked
from workflows.patience import DATABASE_AWAY

logger = structlog.get_logger(__name__)


def pause_poisoned(schedule_id: UUID, error: Exception, *, now: datetime) -> None:
    """Pause it with the error as the reason; even if its row cannot be read."""
    note = f"It could not be fired: {type(error).__name__}: {error}"[:NOTE_LENGTH]
    try:
        _pause(schedule_id, note, now=now)
    except DATABASE_AWAY:
        raise
    except Exception:
        # Not even its row can be read: without this it would be due for ever.
        logger.exception("schedule_unreadable", schedule=str(schedule_id))
        ScheduledJob.objects.filter(pk=schedule_id).update(
            status=Status.PAUSED, status_reason=note, next_run_at=None
        )


def _pause(schedule_id: UUID, note: str, *, now: datetime) -> None:
    with transaction.atomic():
        schedule = (
            ScheduledJob.objects.select_for_update(no_key=True)
            .filter(pk=schedule_id, status=Status.ACTIVE)
            .first()
        )
        if schedule is not None:
            pause_locked(schedule, actor=Actor.system(), now=now, note=note)

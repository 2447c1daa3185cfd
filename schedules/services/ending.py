"""A schedule that has come to its end by itself: completed, missed, end or limit reached."""

from __future__ import annotations

from datetime import datetime

from schedules.models import ScheduledJob, ScheduleEvent, Status, Verb
from schedules.services.actor import Actor
from schedules.services.due import DueSchedule
from schedules.services.events import new_event


def end_locked(schedule: ScheduledJob, reason: str, *, now: datetime) -> None:
    """Set the fields of an ended schedule, for the caller to save, and write the event.

    The row, its ledger and the runs already fired stay.
    """
    schedule.status = Status.STOPPED
    schedule.status_reason = reason
    schedule.next_run_at = None
    ended_event(schedule, reason, now=now).save(force_insert=True)


def ended_event(
    schedule: ScheduledJob | DueSchedule, reason: str, *, now: datetime
) -> ScheduleEvent:
    """The event, not yet written, that says why a schedule came to its end."""
    return new_event(
        schedule,
        Verb.COMPLETE,
        actor=Actor.system(),
        now=now,
        note=reason,
        before={"status": Status.ACTIVE},
        after={"status": Status.STOPPED},
    )

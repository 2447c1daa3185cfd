"""Pause: no run that was requested before starts any more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from schedules.models import ActorKind, ScheduledJob, Status
from schedules.services import transitions
from schedules.services.access import locked_schedule, refuse_stopped
from schedules.services.actor import Actor
from schedules.services.drafts.validation import check_note
from schedules.services.events import who_paused
from schedules.services.ledger import ledger


def pause_schedule(
    schedule_id: UUID, *, actor: Actor, now: datetime, note: str = ""
) -> ScheduledJob:
    """Pause a schedule: no run requested before this returns starts after it. Idempotent.

    Each run that has not started becomes `skipped: paused`, each waiting retry `failed`.
    Running runs continue. A person who pauses a paused schedule is recorded, once. Raises
    `ScheduleStopped` for a stopped schedule.
    """
    check_note(note)
    with transaction.atomic():
        schedule = locked_schedule(schedule_id, actor=actor, verb="pause", now=now)
        refuse_stopped(schedule, "paused")
        # Runs may have been requested since it was paused: they are withdrawn.
        if (
            schedule.status != Status.PAUSED
            or ledger.has_unstarted(schedule.id)
            or _is_news(schedule, actor, note)
        ):
            transitions.pause(schedule, actor=actor, now=now, note=note)
    return schedule


def _is_news(schedule: ScheduledJob, actor: Actor, note: str) -> bool:
    """Whether a person pauses a paused schedule for the first time, or with another note.
    A repeated call adds nothing, and an agent's note never replaces a person's.
    """
    if actor.kind != ActorKind.USER or actor.user is None:
        return False
    if note and note != schedule.status_reason:
        return True
    return (ActorKind.USER, actor.user.pk) not in who_paused(schedule)

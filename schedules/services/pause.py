"""Pause: nothing that was asked for before starts any more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from schedules.models import ActorKind, ScheduledJob, Status
from schedules.services import transitions
from schedules.services.access import locked_schedule, refuse_ended
from schedules.services.actor import Actor
from schedules.services.drafts.validation import check_note
from schedules.services.events import who_paused
from schedules.services.ledger import ledger


def pause_schedule(
    schedule_id: UUID, *, actor: Actor, now: datetime, note: str = ""
) -> ScheduledJob:
    """Nothing that was asked for before this returns starts after it. Idempotent.

    Every run that has not started becomes `skipped: paused` (a retry that waited:
    `failed`); what runs, runs on. A person who pauses what is paused already is put on
    record, once. Raises `ScheduleStopped` for a schedule that has ended.
    """
    check_note(note)
    with transaction.atomic():
        schedule = locked_schedule(schedule_id, actor=actor, now=now)
        refuse_ended(schedule, "paused")
        # A paused schedule may have runs that were asked for since: they are withdrawn.
        if (
            schedule.status != Status.PAUSED
            or ledger.has_unstarted(schedule.id)
            or _is_news(schedule, actor, note)
        ):
            transitions.pause(schedule, actor=actor, now=now, note=note)
    return schedule


def _is_news(schedule: ScheduledJob, actor: Actor, note: str) -> bool:
    """Whether a person adds their word to a pause: what only others have paused, or
    another note. A retry does not, and what an agent says hides no word of a person's.
    """
    if actor.kind != ActorKind.USER or actor.user is None:
        return False
    if note and note != schedule.status_reason:
        return True
    return (ActorKind.USER, actor.user.pk) not in who_paused(schedule)

"""Decline: what an agent has proposed is deleted, with the reason for the agent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from schedules.models import EventVerb
from schedules.services.access import lock_workflows, locked_proposal
from schedules.services.actor import Actor
from schedules.services.drafts.validation import check_note
from schedules.services.stop import withdraw_locked


def decline_schedule(
    schedule_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    version: int | None = None,
) -> None:
    """Decline a proposal, which deletes it as `stop_schedule` does. Its agent is told `note`.

    Raises `AgentRefused` unless the actor is a person, `NotProposed` for anything but a
    proposal, `StaleSchedule` if `version` is given and is not the current one.
    """
    check_note(note)
    with transaction.atomic():
        lock_workflows({}, of=schedule_id)
        schedule = locked_proposal(
            schedule_id, verb="decline", actor=actor, now=now, version=version
        )
        withdraw_locked(
            schedule, actor=actor, now=now, note=note, verb=EventVerb.DECLINE
        )
        schedule.delete()

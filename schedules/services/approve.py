"""Approve: what an agent has proposed becomes an active schedule."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from schedules.models import CatchupPolicy, ScheduledJob
from schedules.services import transitions
from schedules.services.access import check_startable, locked_proposal
from schedules.services.actor import Actor
from schedules.services.drafts.validation import check_note
from schedules.services.ledger import ledger
from schedules.services.resume import resumption


def approve_schedule(
    schedule_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    version: int | None = None,
) -> ScheduledJob:
    """Approve a proposal: it is active from its next tick after `now` on.

    Ticks that passed while it waited never run; if none is left, the schedule ends. Raises
    `AgentRefused` unless the actor is a person, `NotProposed` for anything but a proposal,
    `StaleSchedule` if `version` is given and is not the current one.
    """
    check_note(note)
    with transaction.atomic():
        schedule = locked_proposal(
            schedule_id, verb="approve", actor=actor, now=now, version=version
        )
        check_startable(schedule, actor)
        decision = resumption(schedule, CatchupPolicy.NONE, now=now)
        ledger.write_rows([(schedule, row) for row in decision.rows], now=now)
        transitions.resume(schedule, decision, actor=actor, now=now, note=note)
    return schedule

"""Run now: a run on request, in addition to the schedule's ticks."""

from __future__ import annotations

import uuid
from datetime import datetime
from uuid import UUID

from django.db import transaction

from schedules import limits
from schedules.models import EventVerb, Origin, RunStatus, ScheduledJob, ScheduledRun
from schedules.services.access import (
    check_startable,
    locked_schedule,
    refuse_stopped,
)
from schedules.services.actor import Actor
from schedules.services.drafts.validation import check_note, check_text
from schedules.services.events import record_event
from schedules.services.runs.sending import RUNS


def run_now(
    schedule_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    request_id: str | None = None,
) -> ScheduledRun:
    """Run an active or paused schedule now.

    The frontier does not move, and the run does not count towards `max_runs`. A repeated
    `request_id` returns the run that it has created before, so that a double click starts
    one run. Raises `ScheduleStopped` for a stopped schedule.
    """
    check_note(note)
    check_text("request_id", request_id or "", most=limits.REQUEST_ID_LENGTH)
    with transaction.atomic():
        schedule = locked_schedule(schedule_id, actor=actor, verb="run", now=now)
        made = _made_before(schedule_id, request_id)
        if made is not None:
            return made
        refuse_stopped(schedule, "run")
        check_startable(schedule, actor)
        run = _written(schedule, request_id, now=now)
        after = {"run": str(run.id)}
        record_event(
            schedule, EventVerb.RUN, actor=actor, now=now, note=note, after=after
        )
        RUNS.send_on_commit([run], now=now)
    return run


def _made_before(schedule_id: UUID, request_id: str | None) -> ScheduledRun | None:
    if not request_id:
        return None
    return ScheduledRun.objects.filter(
        schedule=schedule_id, request_id=request_id
    ).first()


def _written(
    schedule: ScheduledJob, request_id: str | None, *, now: datetime
) -> ScheduledRun:
    return ScheduledRun.objects.create(
        schedule_id=schedule.id,
        owner_id=schedule.owner_id,
        schedule_name=schedule.name,
        epoch=schedule.epoch,
        origin=Origin.MANUAL,
        scheduled_for=now,
        due_at=now,
        status=RunStatus.PENDING,
        request_id=request_id or uuid.uuid4().hex,
        created_at=now,
    )

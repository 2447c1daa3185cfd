"""Stop: delete a schedule for good. Its history stays."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from schedules.models import (
    REASON_OF_ACTOR,
    EventVerb,
    Reason,
    ReasonCode,
    ScheduledJob,
)
from schedules.services import alarms
from schedules.services.access import lock_workflows, locked_schedule, refuse_stale
from schedules.services.actor import Actor
from schedules.services.drafts.snapshot import snapshot
from schedules.services.drafts.validation import check_note
from schedules.services.events import record_event
from schedules.services.ledger import ledger


def stop_schedule(
    schedule_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    version: int | None = None,
) -> None:
    """Delete a schedule in any state.

    Runs that have not started are cancelled; running ones finish and are recorded. Runs,
    executions and events stay, under the schedule's id and name. Raises `StaleSchedule` if
    `version` is given and is not the current one.
    """
    check_note(note)
    with transaction.atomic():
        lock_workflows({}, of=schedule_id)
        schedule = locked_schedule(schedule_id, actor=actor, verb="delete", now=now)
        refuse_stale(schedule, version)
        withdraw_locked(schedule, actor=actor, now=now, note=note)
        schedule.delete()


def withdraw_locked(
    schedule: ScheduledJob,
    *,
    actor: Actor,
    now: datetime,
    note: str,
    code: ReasonCode | None = None,
    verb: EventVerb = EventVerb.STOP,
) -> None:
    """Prepare the deletion of a locked schedule: cancel its runs and alarm, write the event.

    Also called when a proposal is declined (`verb`), and when the schedule is deleted
    together with its workflow or owner: `code` names which.
    """
    cancelled = ledger.withdraw_unstarted(schedule.id, Reason.STOPPED, now=now)
    record_event(
        schedule,
        verb,
        actor=actor,
        now=now,
        reason_code=code or REASON_OF_ACTOR[actor.kind],
        note=note,
        before={**snapshot(schedule), "status": schedule.status},
        after={"runs_cancelled": cancelled},
    )
    alarms.cancel_on_commit(schedule.rq_job_id)

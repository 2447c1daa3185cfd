"""The audit trail: writing events, and reading from them who has paused a schedule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import takewhile
from typing import Any

from schedules.models import EventVerb, ScheduledJob, ScheduleEvent, Status
from schedules.services.actor import Actor
from schedules.services.due import DueSchedule


def record_event(
    schedule: ScheduledJob, verb: EventVerb, *, actor: Actor, now: datetime, **what: Any
) -> ScheduleEvent:
    """Save the event of a verb, in the transaction of the verb. `what`: see `new_event`."""
    event = new_event(schedule, verb, actor=actor, now=now, **what)
    event.save(force_insert=True)
    return event


def new_event(
    schedule: ScheduledJob | DueSchedule,
    verb: EventVerb,
    *,
    actor: Actor,
    now: datetime,
    reason_code: str = "",
    note: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> ScheduleEvent:
    """The event, not yet saved. `before` and `after` are JSON."""
    return ScheduleEvent(
        schedule_id=schedule.id,
        schedule_name=schedule.name,
        verb=verb,
        actor_kind=actor.kind,
        actor=actor.user,
        actor_name=actor.name,
        execution_id=actor.execution_id,
        reason_code=reason_code,
        note=note,
        before=dict(before or {}),
        after=dict(after or {}),
        created_at=now,
    )


def who_paused(schedule: ScheduledJob) -> set[tuple[str, int | None]]:
    """The kinds and user ids of all who have paused the schedule since it was last active.
    Creating it paused counts as pausing it."""
    told = (EventVerb.PAUSE, EventVerb.RESUME, EventVerb.APPROVE, EventVerb.CREATE)
    events = schedule.events.filter(verb__in=told)
    # In order of writing: after a clock has been ahead, times do not give the order.
    newest_first = events.order_by("-pk")
    found = newest_first.values_list("verb", "after", "actor_kind", "actor").iterator()
    pauses = takewhile(lambda event: _pauses(*event[:2]), found)
    return {(kind, user) for _, _, kind, user in pauses}


def _pauses(verb: str, after: Mapping[str, Any]) -> bool:
    made_paused = verb == EventVerb.CREATE and after.get("status") == Status.PAUSED
    return verb == EventVerb.PAUSE or made_paused

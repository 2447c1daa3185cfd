"""Since when a schedule has been in its state, and who or what brought it there."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import OuterRef, Subquery

from schedules.models import EventVerb, ScheduledJob, ScheduleEvent, Status

# The verbs that lead to each status.
_LED_TO: dict[str, tuple[EventVerb, ...]] = {
    Status.ACTIVE: (
        EventVerb.CREATE,
        EventVerb.RESUME,
        EventVerb.APPROVE,
        EventVerb.REVIVE,
    ),
    Status.PAUSED: (EventVerb.CREATE, EventVerb.PAUSE),
    Status.STOPPED: (EventVerb.COMPLETE,),
}


def led_here(schedule: ScheduledJob) -> ScheduleEvent | None:
    """The event that has brought the schedule to its state; None if it is not recorded."""
    events = schedule.events.filter(verb__in=_LED_TO[schedule.status])
    # In order of writing: after a clock has been ahead, times do not give the order.
    return events.select_related("actor").order_by("-pk").first()


def last_pauses(ids: Iterable[UUID]) -> dict[UUID, ScheduleEvent]:
    """For each of these paused schedules the event that has paused it, with its actor, in one
    query."""
    of_one = ScheduleEvent.objects.filter(schedule=OuterRef("pk"))
    newest = of_one.filter(verb__in=_LED_TO[Status.PAUSED]).order_by("-pk").values("pk")
    schedules = ScheduledJob.objects.filter(pk__in=list(ids)).order_by()
    events = ScheduleEvent.objects.select_related("actor").filter(
        pk__in=schedules.values(newest=Subquery(newest[:1]))
    )
    found = events.select_related("actor").order_by()
    return {event.schedule_id: event for event in found}

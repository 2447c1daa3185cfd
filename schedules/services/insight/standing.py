"""Since when a schedule has been in its state, and who or what brought it there."""

from __future__ import annotations

from schedules.models import EventVerb, ScheduledJob, ScheduleEvent, Status

# The verbs that lead to each status.
_LED_TO: dict[str, tuple[EventVerb, ...]] = {
    Status.ACTIVE: (EventVerb.CREATE, EventVerb.RESUME, EventVerb.REVIVE),
    Status.PAUSED: (EventVerb.CREATE, EventVerb.PAUSE),
    Status.STOPPED: (EventVerb.COMPLETE,),
}


def led_here(schedule: ScheduledJob) -> ScheduleEvent | None:
    """The event that has brought the schedule to its state; None if it is not recorded."""
    events = schedule.events.filter(verb__in=_LED_TO[schedule.status])
    # In order of writing: after a clock has been ahead, times do not give the order.
    return events.order_by("-pk").first()

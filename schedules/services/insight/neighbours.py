"""The runs around a time, and the event that ended a pause: what else was going on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schedules.models import (
    NEVER_RAN,
    EventVerb,
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
)

# So many rows of the ledger are looked at for one that ran.
FARTHEST = 1_000


@dataclass(frozen=True, slots=True)
class Neighbours:
    before: ScheduledRun | None
    after: ScheduledRun | None


def neighbours(schedule: ScheduledJob, at: datetime) -> Neighbours:
    """The last run before a time and the first after it that were not left out."""
    rows = ScheduledRun.objects.filter(schedule=schedule.pk)
    before = rows.filter(scheduled_for__lt=at).order_by("-scheduled_for")
    after = rows.filter(scheduled_for__gt=at).order_by("scheduled_for")
    ran = rows.exclude(status__in=NEVER_RAN)
    return Neighbours(
        ran.filter(pk__in=before.values("pk")[:FARTHEST])
        .order_by("-scheduled_for")
        .first(),
        ran.filter(pk__in=after.values("pk")[:FARTHEST])
        .order_by("scheduled_for")
        .first(),
    )


def ended_pause(pause: ScheduleEvent) -> ScheduleEvent | None:
    """The event that ended the pause; None if it still lasts."""
    events = ScheduleEvent.objects.select_related("actor")
    later = events.filter(schedule=pause.schedule_id, pk__gt=pause.pk)
    verbs = (EventVerb.RESUME, EventVerb.REVIVE)
    return later.filter(verb__in=verbs).order_by("pk").first()

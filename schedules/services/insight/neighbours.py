"""The runs around a time, and the event that ended a pause: what else was going on."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from schedules.models import (
    NEVER_RAN,
    EventVerb,
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
)

# So many rows of the ledger are looked at for one that ran.
FARTHEST = 500


class Neighbour(NamedTuple):
    id: UUID
    status: str
    scheduled_for: datetime


class Neighbours(NamedTuple):
    before: Neighbour | None
    after: Neighbour | None


def neighbours(schedule: ScheduledJob, at: datetime) -> Neighbours:
    """The last run before a time and the first after it that were not left out."""
    rows = ScheduledRun.objects.filter(schedule=schedule.pk)
    return Neighbours(
        _first_that_ran(rows.filter(scheduled_for__lt=at).order_by("-scheduled_for")),
        _first_that_ran(rows.filter(scheduled_for__gt=at).order_by("scheduled_for")),
    )


def _first_that_ran(rows: QuerySet[ScheduledRun]) -> Neighbour | None:
    nearest = rows.values_list("pk", "status", "scheduled_for")[:FARTHEST]
    found = (Neighbour(*row) for row in nearest.iterator(chunk_size=50))
    return next((each for each in found if each.status not in NEVER_RAN), None)


def ended_pause(pause: ScheduleEvent) -> ScheduleEvent | None:
    """The event that ended the pause; None if it still lasts."""
    events = ScheduleEvent.objects.select_related("actor")
    later = events.filter(schedule=pause.schedule_id, pk__gt=pause.pk)
    verbs = (EventVerb.RESUME, EventVerb.REVIVE)
    return later.filter(verb__in=verbs).order_by("pk").first()

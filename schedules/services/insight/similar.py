"""Similar schedules: those that may make another one unnecessary."""

from __future__ import annotations

from itertools import chain, islice

from django.db.models import Q

from schedules import timing
from schedules.models import ScheduledJob, Status
from schedules.timing import TimingError

MOST_SIMILAR = 5
MOST_COMPARED = 100  # the newest


def similar(schedule: ScheduledJob) -> list[ScheduledJob]:
    """The owner's other schedules with the same name, or the same workflow and a like
    timing. Two queries."""
    others = (
        ScheduledJob.objects.filter(owner=schedule.owner_id)
        .exclude(Q(pk=schedule.pk) | Q(status=Status.STOPPED))
        .defer("trigger_payload")
    )
    same_name = Q(name__same_text=schedule.name)
    by_name = others.filter(same_name)[:MOST_SIMILAR]
    beside = others.filter(workflow=schedule.workflow_id).exclude(same_name)
    by_timing = (each for each in beside[:MOST_COMPARED] if _alike(each, schedule))
    return list(islice(chain(by_name, by_timing), MOST_SIMILAR))


def _alike(one: ScheduledJob, other: ScheduledJob) -> bool:
    try:
        return timing.alike(one.timing, other.timing)
    except TimingError:  # its time zone has left tzdata
        return False

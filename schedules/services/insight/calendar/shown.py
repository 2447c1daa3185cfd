"""The schedules that a calendar is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q

from schedules.models import (
    TIMING_FIELDS,
    ScheduledJob,
    ScheduleQuerySet,
    Status,
)
from schedules.services.due import timing_of_columns
from schedules.services.insight.calendar.entries import Coming
from schedules.services.insight.calendar.planned import Planned
from schedules.timing import TimingError

MOST_SCHEDULES = 20_000
_OWN = ("id", "name", "status", "awaits_approval", "max_runs", "fired_count")


@dataclass(frozen=True, slots=True)
class Shown:
    """`planned` may run; `ended` have come to their end in the stretch of time. `left_out`:
    how many there are beyond the bound, or without a valid time zone."""

    planned: list[Planned]
    ended: list[UUID]
    left_out: int


def of_owner(owner: Any) -> ScheduleQuerySet:
    """The schedules that a person may see; `owner`: None for all of them."""
    schedules = ScheduledJob.objects.order_by()
    return schedules if owner is None else schedules.filter(owner=owner)


def state_of(owner: Any) -> tuple[int, datetime | None]:
    """Another one after every change of a schedule."""
    found = of_owner(owner).aggregate(number=Count("pk"), at=Max("updated_at"))
    return found["number"], found["at"]


def shown(owner: Any, begins: datetime, ends: datetime) -> Shown:
    """The schedules that may run, and those that ended between the two times."""
    ended = Q(status=Status.STOPPED, last_run_at__gte=begins, last_run_at__lt=ends)
    wanted = of_owner(owner).filter(ended | ~Q(status=Status.STOPPED))
    rows = wanted.order_by("pk").values_list(*_OWN, *TIMING_FIELDS)
    found = Shown([], [], 0)
    left_out = 0
    for place, (pk, name, status, proposed, most, fired, *fields) in enumerate(
        rows[: MOST_SCHEDULES + 1]
    ):
        if status == Status.STOPPED:
            found.ended.append(pk)
            continue
        try:
            timing = timing_of_columns(*fields)
        except TimingError:
            left_out += 1
            continue
        if place == MOST_SCHEDULES:
            left_out += 1
            break
        left = None if most is None else max(0, most - fired)
        found.planned.append(Planned(pk, name, timing, _kind(status, proposed), left))
    return Shown(found.planned, found.ended, left_out)


def _kind(status: str, proposed: bool) -> Coming:  # noqa: FBT001 - a column
    if status == Status.ACTIVE:
        return "active"
    return "proposed" if proposed else "paused"

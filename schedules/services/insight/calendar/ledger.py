"""The runs of past days, from the ledger: counted, and by name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q

from schedules.models import (
    ENDED_OTHERWISE,
    NEVER_RAN,
    RunStatus,
    ScheduledRun,
    of_index,
)
from schedules.models.spans import stretches_since
from schedules.services.insight.calendar.entries import Entry
from schedules.services.insight.load.demand import QUARTER_SECONDS
from schedules.services.insight.stretches import rows_in
from schedules.timing.quarters import QUARTER

# So many rows are counted, the newest first, whatever the size of the ledger.
MOST_COUNTED = 200_000
# So many rows are named in all; a day shows a few of them.
MOST_NAMED = 500
_HOUR = timedelta(hours=1)
_NUMBERS = {
    "ran": Count("pk", filter=~Q(status__in=NEVER_RAN)),
    "failed": Count("pk", filter=Q(status=RunStatus.FAILED)),
}


@dataclass(frozen=True, slots=True)
class Past:
    """The runs in each quarter of an hour, and how many of them failed: all since
    `complete_since`; before, there are too many to count them all."""

    ran: list[int]
    failed: list[int]
    complete_since: datetime


def runs_of(owner: Any) -> Any:
    """The ledger that a person may see; `owner`: None for all of it."""
    runs = ScheduledRun.objects.order_by()
    return runs if owner is None else runs.filter(schedule__owner=owner)


def complete_since(owner: Any, begins: datetime, ends: datetime) -> datetime:
    """From when on so few runs lie before `ends` that all are counted."""
    inside = _inside(owner, begins, ends).order_by("-scheduled_for")
    newest = inside.values_list("scheduled_for", flat=True)
    first = newest[MOST_COUNTED : MOST_COUNTED + 1].first()
    return begins if first is None else first + _HOUR


def counted(owner: Any, begins: datetime, ends: datetime) -> Past:
    """How many runs began in each quarter from `begins` on, in two or three queries."""
    since = complete_since(owner, begins, ends)
    skipped = max(0, -(-(since - begins) // QUARTER))
    first = begins + skipped * QUARTER
    if owner is None:
        ran, failed = _of_all(first, ends)
    else:
        ran, failed = _of_owner(owner, first, ends)
    return Past([0] * skipped + ran, [0] * skipped + failed, since)


def _of_all(begins: datetime, ends: datetime) -> tuple[list[int], list[int]]:
    """By the indexes of all times, and of what did not succeed: without reading a row."""
    ran = rows_in(begins, ends, QUARTER_SECONDS)
    failed = [0] * len(ran)
    otherwise = _inside(None, begins, ends).filter(of_index(ENDED_OTHERWISE))
    rows = _by_quarter(otherwise, begins).values_list("quarter", "status")
    for quarter, status, number in rows.annotate(number=Count("*")):
        if status in NEVER_RAN:
            ran[quarter] -= number
        elif status == RunStatus.FAILED:
            failed[quarter] = number
    return ran, failed


def _of_owner(
    owner: Any, begins: datetime, ends: datetime
) -> tuple[list[int], list[int]]:
    number = max(0, -(-(ends - begins) // QUARTER))
    ran, failed = [0] * number, [0] * number
    rows = _by_quarter(_inside(owner, begins, ends), begins).values_list("quarter")
    for quarter, begun, wrong in rows.annotate(**_NUMBERS):
        ran[quarter], failed[quarter] = begun, wrong
    return ran, failed


def _by_quarter(runs: Any, begins: datetime) -> Any:
    quarter = stretches_since(begins, "scheduled_for", QUARTER_SECONDS)
    return runs.annotate(quarter=quarter)


def by_schedule(
    owner: Any, begins: datetime, ends: datetime
) -> dict[UUID, tuple[str, int, int]]:
    """Of each schedule its name, how many runs it had, and how many of them failed."""
    rows = _inside(owner, begins, ends).values_list("schedule_id")
    found = rows.annotate(name=Max("schedule_name"), **_NUMBERS)
    return {pk: (name, ran, failed) for pk, name, ran, failed in found}


def _inside(owner: Any, begins: datetime, ends: datetime) -> Any:
    return runs_of(owner).filter(scheduled_for__gte=begins, scheduled_for__lt=ends)


def named(
    owner: Any, schedules: Collection[UUID], begins: datetime, ends: datetime
) -> list[Entry]:
    """The runs of these schedules, by name."""
    rows = (
        runs_of(owner)
        .filter(
            schedule__in=schedules, scheduled_for__gte=begins, scheduled_for__lt=ends
        )
        .order_by("-scheduled_for")
        .values_list("scheduled_for", "status", "pk", "schedule_name", "tick_count")
    )
    return [
        Entry(at, status, pk, name, is_run=True, runs=ticks)
        for at, status, pk, name, ticks in rows[:MOST_NAMED]
    ]

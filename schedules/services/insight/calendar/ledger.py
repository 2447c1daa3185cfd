"""The runs of past days, from the ledger: counted, and by name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, TextField
from django.db.models.functions import Cast, Substr

from schedules.models import NEVER_RAN, RunStatus, ScheduledRun
from schedules.services.insight.calendar.entries import Entry

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
class Counted:
    """Runs in a stretch of time, and how many of them failed."""

    begins: datetime
    ran: int
    failed: int


@dataclass(frozen=True, slots=True)
class Past:
    """The runs since `complete_since`; before, there are too many to count them all."""

    counted: list[Counted]
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


def counted(owner: Any, begins: datetime, ends: datetime, *, by_minute: bool) -> Past:
    """How many runs began in each hour, in two queries. `by_minute`: in each minute, for a
    zone whose hours are not those of UTC."""
    since = complete_since(owner, begins, ends)
    length = len("2026-03-29 02:45" if by_minute else "2026-03-29 02")
    part = Substr(Cast("scheduled_for", TextField()), 1, length)
    rows = _inside(owner, since, ends).annotate(part=part).values_list("part")
    found = rows.annotate(**_NUMBERS)
    return Past(
        [Counted(_instant(at), ran, failed) for at, ran, failed in found], since
    )


def by_schedule(
    owner: Any, begins: datetime, ends: datetime
) -> dict[UUID, tuple[str, int, int]]:
    """Of each schedule its name, how many runs it had, and how many of them failed."""
    rows = _inside(owner, begins, ends).values_list("schedule_id")
    found = rows.annotate(name=Max("schedule_name"), **_NUMBERS)
    return {pk: (name, ran, failed) for pk, name, ran, failed in found}


def _inside(owner: Any, begins: datetime, ends: datetime) -> Any:
    return runs_of(owner).filter(scheduled_for__gte=begins, scheduled_for__lt=ends)


def _instant(part: str) -> datetime:
    text = part if ":" in part else f"{part}:00"
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


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

"""The newest runs of a schedule, and how many there are of each outcome.

Both read a bounded part of the ledger, so that they are fast for any schedule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from schedules.models import (
    EventVerb,
    Origin,
    RunStatus,
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
)

# The newest rows of the ledger among which outcomes are counted and filtered.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many runs have each status, of those since `since` (None: of all)."""

    by_status: Mapping[str, int]
    since: datetime | None

    @property
    def are_all(self) -> bool:
        return self.since is None

    @property
    def total(self) -> int:
        return sum(self.by_status.values())


def outcomes(schedule_id: UUID) -> Outcomes:
    """The outcomes of the newest rows; a range counts with all its ticks."""
    newest = _of(schedule_id).order_by("-scheduled_for")
    times = newest.values_list("scheduled_for", flat=True)
    since = times[MOST_COUNTED - 1 : MOST_COUNTED].first()
    found = newest[:MOST_COUNTED].aggregate(
        **{
            status.value: Sum("tick_count", filter=Q(status=status))
            for status in RunStatus
        }
    )
    return Outcomes({name: ticks for name, ticks in found.items() if ticks}, since)


def newest_runs(schedule_id: UUID, *, count: int) -> list[ScheduledRun]:
    return list(_newest(schedule_id)[:count])


def newest_of(
    schedule_id: UUID, status: str, *, among: Outcomes, count: int
) -> list[ScheduledRun]:
    """The newest with this outcome, of those that were counted."""
    rows = _since(_newest(schedule_id), among.since)
    return list(rows.filter(status=status)[:count])


def _since(
    rows: QuerySet[ScheduledRun], since: datetime | None
) -> QuerySet[ScheduledRun]:
    return rows if since is None else rows.filter(scheduled_for__gte=since)


def _newest(schedule_id: UUID) -> QuerySet[ScheduledRun]:
    return _of(schedule_id).order_by("-scheduled_for", "-created_at")


def _of(schedule_id: UUID) -> QuerySet[ScheduledRun]:
    """By the index `run_of_schedule`, which a subquery ensures: PostgreSQL plans for any
    schedule then. For one that it knows to have many rows it would read the ledger of all,
    to find them only far back."""
    schedule = ScheduledJob.objects.filter(pk=schedule_id).order_by()
    return ScheduledRun.objects.filter(schedule=schedule.values("pk")[:1])


def requests_of(runs: Iterable[ScheduledRun]) -> dict[UUID, ScheduleEvent]:
    """The events by which the manual ones of these runs of one schedule were requested."""
    by_hand = [run for run in runs if run.origin == Origin.MANUAL]
    if not by_hand:
        return {}
    # A run and its event are written at the same time, and found by an index.
    events = ScheduleEvent.objects.select_related("actor").filter(
        schedule=by_hand[0].schedule_id,
        verb=EventVerb.RUN,
        created_at__in=[run.created_at for run in by_hand],
    )
    of_run = {event.after.get("run"): event for event in events}
    return {run.id: of_run[str(run.id)] for run in by_hand if str(run.id) in of_run}

"""The newest runs of a schedule, and how many there are of each outcome.

Both read a bounded part of the ledger, so that they are fast for any schedule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet, Sum

from schedules.models import (
    EventVerb,
    Origin,
    RunStatus,
    ScheduledRun,
    ScheduleEvent,
)

# The newest rows of the ledger among which outcomes are counted and filtered.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many runs have each status. `are_all`: no older runs are left out."""

    by_status: Mapping[str, int]
    are_all: bool

    @property
    def total(self) -> int:
        return sum(self.by_status.values())


def outcomes(schedule_id: UUID) -> Outcomes:
    """The outcomes of the newest rows; a range counts with all its ticks."""
    oldest = _newest(schedule_id).values_list("scheduled_for", flat=True)
    bound = oldest[MOST_COUNTED - 1 : MOST_COUNTED].first()
    rows = ScheduledRun.objects.filter(schedule=schedule_id).order_by()
    if bound is not None:
        rows = rows.filter(scheduled_for__gte=bound)
    counted = dict(rows.values_list("status").annotate(Sum("tick_count")))
    return Outcomes(counted, are_all=bound is None)


def newest_runs(
    schedule_id: UUID, *, count: int, status: str = ""
) -> list[ScheduledRun]:
    """The newest `count` runs, of one status if it is given: those among the newest rows."""
    newest = _newest(schedule_id)
    if status not in RunStatus.values:
        return list(newest[:count])
    ids = newest.values("pk")[:MOST_COUNTED]
    return list(newest.filter(pk__in=ids, status=status)[:count])


def _newest(schedule_id: UUID) -> QuerySet[ScheduledRun]:
    rows = ScheduledRun.objects.filter(schedule=schedule_id)
    return rows.order_by("-scheduled_for", "-created_at")


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

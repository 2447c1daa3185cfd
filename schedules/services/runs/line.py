"""The line: runs that wait for open ones to end, and who may leave it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from schedules.models import (
    TICK_ORIGINS,
    Origin,
    RunStatus,
    ScheduledJob,
    ScheduledRun,
)
from schedules.policy import overlap
from schedules.policy.types import OpenRuns
from schedules.services.ledger import ledger
from schedules.services.runs.sending import RUNS

ORIGINS = (*TICK_ORIGINS, Origin.BACKFILL)


def release_waiting(schedule: ScheduledJob, *, now: datetime) -> int:
    """Let those in line start that may; returns how many.

    The caller's transaction holds the schedule's row.
    """
    runs = ledger.open_runs([schedule.id], ORIGINS).get(schedule.id)
    if runs is None:
        return 0
    may = overlap.released(schedule.overlap_policy, schedule.max_open_runs, runs)
    first = _first(schedule, TICK_ORIGINS, may.ticks)
    first += _first(schedule, [Origin.BACKFILL], may.backfills)
    if not first:
        return 0
    released = ScheduledRun.objects.filter(
        ledger.IN_LINE, pk__in=[run.pk for run in first]
    ).update(status=RunStatus.PENDING)
    for run in first:
        run.status = RunStatus.PENDING
    RUNS.send_on_commit(first, now=now)
    return released


def _first(
    schedule: ScheduledJob, origins: Collection[str], count: int
) -> list[ScheduledRun]:
    """The first in line. Where every tick takes its turn they go by time alone; else live
    ticks go before those to be caught up."""
    if not count:
        return []
    in_order = overlap.keeps_order(schedule.catchup_policy, schedule.overlap_policy)
    order = ["scheduled_for"] if in_order else ["-origin", "scheduled_for"]
    line = ScheduledRun.objects.filter(
        ledger.IN_LINE, schedule=schedule.id, origin__in=origins
    )
    return list(line.order_by(*order)[:count])


def ahead_of(run: ScheduledRun) -> OpenRuns | None:
    """What is open now, if the run waits in line."""
    if run.status != RunStatus.WAITING or run.not_before is not None:
        return None
    return ledger.open_runs([run.schedule_id]).get(run.schedule_id)


def held_up() -> Iterator[UUID]:
    """The schedules of which somebody in line may start, though nobody has said so."""
    waiting = ScheduledRun.objects.filter(ledger.IN_LINE).order_by()
    lines = ledger.open_runs(waiting.values_list("schedule_id", flat=True), ORIGINS)
    policies = ScheduledJob.objects.filter(pk__in=waiting.values("schedule"))
    for schedule_id, policy, most in policies.values_list(
        "pk", "overlap_policy", "max_open_runs"
    ).iterator():
        runs = lines.get(schedule_id)
        if runs is not None and any(overlap.released(policy, most, runs)):
            yield schedule_id

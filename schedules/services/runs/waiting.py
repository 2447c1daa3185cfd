"""Waiting runs: those that wait for open runs to end, and which of them may start."""

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
    """Start the waiting runs that may start now. Returns how many.

    The caller's transaction has locked the schedule's row.
    """
    runs = ledger.open_runs_of(schedule.id)
    if runs is None:
        return 0
    may = overlap.released(schedule.overlap_policy, schedule.max_open_runs, runs)
    first = _first(schedule, TICK_ORIGINS, may.ticks)
    first += _first(schedule, [Origin.BACKFILL], may.backfills)
    if not first:
        return 0
    released = ScheduledRun.objects.filter(
        ledger.WAITING_IN_TURN, pk__in=[run.pk for run in first]
    ).update(status=RunStatus.PENDING)
    for run in first:
        run.status = RunStatus.PENDING
    RUNS.send_on_commit(first, now=now)
    return released


def _first(
    schedule: ScheduledJob, origins: Collection[str], count: int
) -> list[ScheduledRun]:
    """The first `count` waiting runs. Where every tick takes its turn they are in order of
    time; otherwise live ticks come before late ones."""
    if not count:
        return []
    in_order = overlap.keeps_order(schedule.catchup_policy, schedule.overlap_policy)
    order = ["scheduled_for"] if in_order else ["-origin", "scheduled_for"]
    found = ScheduledRun.objects.filter(
        ledger.WAITING_IN_TURN, schedule=schedule.id, origin__in=origins
    )
    return list(found.order_by(*order)[:count])


def ahead_of(run: ScheduledRun) -> OpenRuns | None:
    """The open runs of its schedule, if the run waits for them to end; else None."""
    if run.status != RunStatus.WAITING or run.not_before is not None:
        return None
    return ledger.open_runs([run.schedule_id]).get(run.schedule_id)


def stuck_schedules() -> Iterator[UUID]:
    """Schedules with waiting runs that could start, but were not released."""
    waiting = ScheduledRun.objects.filter(ledger.WAITING_IN_TURN).order_by()
    open_runs = ledger.open_runs_among(
        waiting.values_list("schedule_id", flat=True), ORIGINS
    )
    policies = ScheduledJob.objects.filter(pk__in=waiting.values("schedule"))
    for schedule_id, policy, most in policies.values_list(
        "pk", "overlap_policy", "max_open_runs"
    ).iterator():
        runs = open_runs.get(schedule_id)
        if runs is not None and any(overlap.released(policy, most, runs)):
            yield schedule_id

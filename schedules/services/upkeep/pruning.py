"""Retention: old history goes in small batches, and the law of conservation stays provable.

Of each schedule the oldest contiguous stretch of ended ledger rows is taken, range rows
whole; its epoch remembers how far it went and what the rows said.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, groupby, takewhile
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Subquery

from schedules.models import (
    OPEN_STATUSES,
    TICK_ORIGINS,
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
)
from workflows.models import WorkflowExecution

# Rows of one transaction: a tenth of a second at the most on SQLite, where it is the only
# writer meanwhile.
BATCH = 500
STEP_SECONDS = 0.05
EXECUTIONS_AT_ONCE = 20
CHUNK = 1_000  # schedules that one query looks through


@dataclass(frozen=True, slots=True)
class Pruned:
    """What one step took away; nothing, if it only looked."""

    runs: int = 0
    executions: int = 0


def prune(now: datetime) -> Iterator[Pruned]:
    """Take away what is older than the settings say, a short step each time it is asked
    for the next: one query that looks, or one transaction that deletes."""
    cutoff = now - timedelta(days=settings.RUNS_KEPT_DAYS)
    for schedules in chain(_living(cutoff), _stopped(cutoff)):
        yield Pruned()
        for schedule_id in schedules:
            runs = BATCH
            while runs == BATCH:
                runs = _prune_schedule(schedule_id, cutoff)
                yield Pruned(runs=runs)
        # In between, or a backlog of runs would keep them waiting for days.
        yield Pruned(executions=_prune_executions(cutoff))
    while executions := _prune_executions(cutoff):
        yield Pruned(executions=executions)


def _living(cutoff: datetime) -> Iterator[list[UUID]]:
    """The schedules whose oldest row is old, and that have more than are kept."""
    kept = settings.RUNS_KEPT_AT_LEAST
    rows = ScheduledRun.objects.filter(schedule=OuterRef("pk"))
    at = rows.order_by("-scheduled_for").values("scheduled_for")
    schedules = (
        ScheduledJob.objects.order_by("pk")
        .annotate(
            oldest=Subquery(at.reverse()[:1]), spare=Subquery(at[kept : kept + 1])
        )
        .values_list("pk", "oldest", "spare")
    )
    last = UUID(int=0)
    while chunk := list(schedules.filter(pk__gt=last)[:CHUNK]):
        yield [pk for pk, oldest, spare in chunk if spare and oldest < cutoff]
        last = chunk[-1][0]


def _stopped(cutoff: datetime) -> Iterator[list[UUID]]:
    """The same of schedules that are gone and whose rows are not."""
    living = ScheduledJob.objects.filter(pk=OuterRef("schedule"))
    gone = ScheduledRun.objects.filter(~Exists(living)).order_by()
    counted = gone.values("schedule").annotate(
        rows=Count("pk"), oldest=Min("scheduled_for")
    )
    old = counted.filter(rows__gt=settings.RUNS_KEPT_AT_LEAST, oldest__lt=cutoff)
    yield list(old.values_list("schedule", flat=True))


def _prune_schedule(schedule_id: UUID, cutoff: datetime) -> int:
    """One transaction that holds the schedule's row: nobody adds to its ledger meanwhile."""
    with transaction.atomic():
        schedule = ScheduledJob.objects.locked_or_none(schedule_id)
        frontier = schedule.next_tick_at if schedule else None
        rows = _oldest_stretch(schedule_id, cutoff, frontier or cutoff)
        if schedule:
            _remember(schedule_id, [row for row in rows if row.origin in TICK_ORIGINS])
        deleted, _ = ScheduledRun.objects.filter(
            pk__in=[row.pk for row in rows]
        ).delete()
    return deleted


def _oldest_stretch(
    schedule_id: UUID, cutoff: datetime, frontier: datetime
) -> Sequence[ScheduledRun]:
    """The oldest ended rows up to the first that is open, young, among those kept, or
    beyond the frontier: a tick that ran early counts once that has come to it."""
    rows = ScheduledRun.objects.filter(schedule=schedule_id)
    kept = settings.RUNS_KEPT_AT_LEAST
    spare = rows[: BATCH + kept].count() - kept  # no more are counted than can go
    if spare <= 0:
        return []
    oldest = rows.order_by("scheduled_for", "created_at")[:spare]
    return list(
        takewhile(
            lambda row: (
                row.status not in OPEN_STATUSES
                and (row.range_end or row.scheduled_for) < min(cutoff, frontier)
                # A backfill of long ago may have ended a minute ago.
                and (row.finished_at or cutoff) <= cutoff
            ),
            oldest,
        )
    )


def _remember(schedule_id: UUID, rows: Sequence[ScheduledRun]) -> None:
    """Add what goes to the counts of its epochs, for the audit."""
    for number, group in groupby(rows, key=lambda row: row.epoch):
        epoch = ScheduleEpoch.objects.get(schedule=schedule_id, number=number)
        # What ran early, after the end of its epoch, was never counted.
        gone = [
            row for row in group if not epoch.to_at or row.scheduled_for <= epoch.to_at
        ]
        if not gone:
            continue
        for row in gone:
            pruned = epoch.pruned_counts.get(row.status, 0)
            epoch.pruned_counts[row.status] = pruned + row.tick_count
        epoch.pruned_upto = gone[-1].range_end or gone[-1].scheduled_for
        epoch.save(update_fields=["pruned_counts", "pruned_upto"])


def _prune_executions(cutoff: datetime) -> int:
    """Old executions that no ledger row refers to any more, and those run by hand."""
    # Whatever ended before then began before then, and of that there is an index.
    old = WorkflowExecution.objects.filter(
        created_at__lt=cutoff, finished_at__lt=cutoff, scheduled_runs=None
    )
    ids = list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH])
    if not ids:
        return 0
    deleted, until = 0, time.monotonic() + STEP_SECONDS
    with transaction.atomic():
        # Each takes the records of its nodes along: nobody knows how many.
        for start in range(0, len(ids), EXECUTIONS_AT_ONCE):
            some = WorkflowExecution.objects.filter(
                pk__in=ids[start : start + EXECUTIONS_AT_ONCE]
            )
            deleted += some.delete()[1].get(WorkflowExecution._meta.label, 0)
            if time.monotonic() > until:
                break
    return deleted

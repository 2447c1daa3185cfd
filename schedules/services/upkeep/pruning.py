"""Retention: delete old history in small batches, so that the audit still adds up.

Of each schedule, the oldest contiguous stretch of ended ledger rows is deleted, range rows
as a whole. Its epoch keeps the end of that stretch and the counts by status.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, groupby, takewhile
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Subquery

from schedules.models import (
    OPEN_STATUSES,
    TICK_ORIGINS,
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
)
from schedules.services.upkeep.old_bulk_actions import prune_bulk_action
from workflows.kit.conf import conf
from workflows.models import WorkflowExecution

# The most rows of one transaction. On SQLite it blocks all other writers, for 0.1 seconds
# at most.
BATCH = 500
STEP_SECONDS = 0.05
EXECUTIONS_AT_ONCE = 20
CHUNK = 1_000  # schedules that one query examines


@dataclass(frozen=True, slots=True)
class Pruned:
    """The rows that one step has deleted: none if it only searched."""

    runs: int = 0
    executions: int = 0


def prune(now: datetime) -> Iterator[Pruned]:
    """Delete what is older than the settings allow. Each iteration is one short step: a query
    that searches, or a transaction that deletes."""
    cutoff = now - timedelta(days=conf.RUNS_KEPT_DAYS)
    for schedules in chain(_living(cutoff), _deleted(cutoff)):
        yield Pruned()
        for schedule_id in schedules:
            runs = BATCH
            while runs == BATCH:
                runs = _prune_schedule(schedule_id, cutoff)
                yield Pruned(runs=runs)
        # In between, as a backlog of runs could delay executions for days.
        yield Pruned(executions=_prune_executions(cutoff))
    while executions := _prune_executions(cutoff):
        yield Pruned(executions=executions)
    while prune_bulk_action(cutoff, now):
        yield Pruned()


def _living(cutoff: datetime) -> Iterator[list[UUID]]:
    """Existing schedules with old rows, and with more rows than must be kept."""
    kept = conf.RUNS_KEPT_AT_LEAST
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


def _deleted(cutoff: datetime) -> Iterator[list[UUID]]:
    """Deleted schedules with such rows."""
    living = ScheduledJob.objects.filter(pk=OuterRef("schedule"))
    gone = ScheduledRun.objects.filter(~Exists(living)).order_by()
    counted = gone.values("schedule").annotate(
        rows=Count("pk"), oldest=Min("scheduled_for")
    )
    old = counted.filter(rows__gt=conf.RUNS_KEPT_AT_LEAST, oldest__lt=cutoff)
    yield list(old.values_list("schedule", flat=True))


def _prune_schedule(schedule_id: UUID, cutoff: datetime) -> int:
    """Delete one batch. The schedule's row is locked, so that its ledger does not change."""
    with transaction.atomic():
        schedule = ScheduledJob.objects.locked_or_none(schedule_id)
        frontier = schedule.next_tick_at if schedule else None
        rows = _oldest_stretch(schedule_id, cutoff, frontier or cutoff)
        if schedule:
            _count_as_pruned(
                schedule_id, [row for row in rows if row.origin in TICK_ORIGINS]
            )
        deleted, _ = ScheduledRun.objects.filter(
            pk__in=[row.pk for row in rows]
        ).delete()
    return deleted


def _oldest_stretch(
    schedule_id: UUID, cutoff: datetime, frontier: datetime
) -> Sequence[ScheduledRun]:
    """The oldest ended rows, up to the first that is open, not old, among those to keep, or
    beyond the frontier: an early tick counts once the frontier has reached it."""
    rows = ScheduledRun.objects.filter(schedule=schedule_id)
    kept = conf.RUNS_KEPT_AT_LEAST
    spare = (
        rows[: BATCH + kept].count() - kept
    )  # counts no more rows than it can delete
    if spare <= 0:
        return []
    oldest = rows.order_by("scheduled_for", "created_at")[:spare]
    return list(
        takewhile(
            lambda row: (
                row.status not in OPEN_STATUSES
                and (row.range_end or row.scheduled_for) < min(cutoff, frontier)
                # The backfill of an old tick may have ended a minute ago.
                and (row.finished_at or cutoff) <= cutoff
            ),
            oldest,
        )
    )


def _count_as_pruned(schedule_id: UUID, rows: Sequence[ScheduledRun]) -> None:
    """Add the rows to the pruned counts of their epochs, for the audit."""
    for number, group in groupby(rows, key=lambda row: row.epoch):
        epoch = ScheduleEpoch.objects.get(schedule=schedule_id, number=number)
        # Early ticks after the end of their epoch have never been counted.
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
    """Delete old executions to which no ledger row refers (any more)."""
    # An execution that ended before then also began before then, which has an index.
    old = WorkflowExecution.objects.filter(
        created_at__lt=cutoff, finished_at__lt=cutoff, scheduled_runs=None
    )
    ids = list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH])
    if not ids:
        return 0
    deleted, until = 0, time.monotonic() + STEP_SECONDS
    with transaction.atomic():
        # The node runs of an execution, any number of them, are deleted with it.
        for start in range(0, len(ids), EXECUTIONS_AT_ONCE):
            some = WorkflowExecution.objects.filter(
                pk__in=ids[start : start + EXECUTIONS_AT_ONCE]
            )
            deleted += some.delete()[1].get(WorkflowExecution._meta.label, 0)
            if time.monotonic() > until:
                break
    return deleted

"""Retention: old history goes in small batches, and the law of conservation stays provable.

Of each schedule the oldest contiguous stretch of ended ledger rows is taken, range rows
whole; its epoch remembers how far it went and what the rows said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, takewhile
from uuid import UUID

from django.conf import settings
from django.db import transaction

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


@dataclass(frozen=True, slots=True)
class Pruned:
    """What one batch took away."""

    runs: int = 0
    executions: int = 0

    @property
    def any(self) -> bool:
        return bool(self.runs or self.executions)


def prune_batch(now: datetime) -> Pruned:
    """Take away one batch of what is older than the settings say; call until empty."""
    cutoff = now - timedelta(days=settings.RUNS_KEPT_DAYS)
    runs = 0
    for schedule_id in _with_old_rows(cutoff):
        runs += _prune_schedule(schedule_id, cutoff, limit=BATCH - runs)
        if runs >= BATCH:
            break
    return Pruned(runs, _prune_executions(cutoff))


def _with_old_rows(cutoff: datetime) -> list[UUID]:
    """Schedules, living or stopped, with rows that may be old enough."""
    return list(
        ScheduledRun.objects.filter(scheduled_for__lt=cutoff)
        .order_by()
        .values_list("schedule_id", flat=True)
        .distinct()
    )


def _prune_schedule(schedule_id: UUID, cutoff: datetime, *, limit: int) -> int:
    """One transaction that holds the schedule's row: nobody adds to its ledger meanwhile."""
    with transaction.atomic():
        living = (
            ScheduledJob.objects.select_for_update(no_key=True)
            .filter(pk=schedule_id)
            .exists()
        )
        rows = _oldest_stretch(schedule_id, cutoff, limit=limit)
        if living:
            _remember(schedule_id, [row for row in rows if row.origin in TICK_ORIGINS])
        deleted, _ = ScheduledRun.objects.filter(
            pk__in=[row.pk for row in rows]
        ).delete()
    return deleted


def _oldest_stretch(
    schedule_id: UUID, cutoff: datetime, *, limit: int
) -> Sequence[ScheduledRun]:
    """The oldest ended rows up to the first that is open, young, or among those kept."""
    rows = ScheduledRun.objects.filter(schedule=schedule_id)
    spare = rows.count() - settings.RUNS_KEPT_AT_LEAST
    if spare <= 0:
        return []
    oldest = rows.order_by("scheduled_for", "created_at")[: min(limit, spare)]
    return list(
        takewhile(
            lambda row: (
                row.status not in OPEN_STATUSES
                and (row.range_end or row.scheduled_for) < cutoff
            ),
            oldest,
        )
    )


def _remember(schedule_id: UUID, rows: Sequence[ScheduledRun]) -> None:
    """Add what goes to the counts of its epochs, for the audit."""
    for number, group in groupby(rows, key=lambda row: row.epoch):
        gone = list(group)
        epoch = ScheduleEpoch.objects.get(schedule=schedule_id, number=number)
        for row in gone:
            pruned = epoch.pruned_counts.get(row.status, 0)
            epoch.pruned_counts[row.status] = pruned + row.tick_count
        epoch.pruned_upto = gone[-1].range_end or gone[-1].scheduled_for
        epoch.save(update_fields=["pruned_counts", "pruned_upto"])


def _prune_executions(cutoff: datetime) -> int:
    """Old executions that no ledger row refers to any more, and those run by hand."""
    old = WorkflowExecution.objects.filter(
        finished_at__lt=cutoff, scheduled_runs=None
    ).values_list("pk", flat=True)[:BATCH]
    ids = list(old)
    with transaction.atomic():
        _, by_model = WorkflowExecution.objects.filter(pk__in=ids).delete()
    return by_model.get(WorkflowExecution._meta.label, 0)

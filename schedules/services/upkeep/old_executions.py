"""Retention of executions: those of no run go once they are as old as runs may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from schedules.models import ScheduledRun
from schedules.services.upkeep.pace import Pace
from workflows.kit.given_ids import given_ids
from workflows.models import WorkflowExecution
from workflows.services.dependents import delete_at_once

# The fewest and the most of one transaction. Their node runs, any number, go with them.
AT_ONCE = (20, 200)
CHUNK = 1_000  # executions that one query examines


def executions_without_runs(cutoff: datetime) -> Iterator[list[UUID]]:
    """Old executions that no run has (any more), from the oldest on: those of manual starts
    and webhooks, of attempts that were repeated, and of other executions. Each is looked at
    once."""
    # One that ended before then also began before then, which has an index.
    old = WorkflowExecution.objects.filter(created_at__lt=cutoff)
    rows = old
    while True:
        times = rows.order_by("created_at").values_list("created_at", flat=True)
        upto = times[CHUNK - 1 : CHUNK].first()
        some = rows if upto is None else rows.filter(created_at__lte=upto)
        yield list(_deletable(some, cutoff).values_list("pk", flat=True))
        if upto is None:
            return
        rows = old.filter(created_at__gt=upto)


def delete_executions(ids: Sequence[UUID], cutoff: datetime) -> Iterator[int]:
    """Delete those of them that are old and that no run has; each iteration is a
    transaction."""
    place, pace = 0, Pace(*AT_ONCE)
    while place < len(ids):
        some = ids[place : place + pace.size]
        with pace.transaction():
            deleted = _delete(some, cutoff)
        place += len(some)
        yield deleted


def _delete(ids: Sequence[UUID], cutoff: datetime) -> int:
    some = WorkflowExecution.objects.filter(pk__in=given_ids(ids))
    gone = list(_deletable(some, cutoff).values_list("pk", flat=True))
    if gone:
        delete_at_once(WorkflowExecution.objects.filter(pk__in=given_ids(gone)))
    return len(gone)


def _deletable(
    rows: QuerySet[WorkflowExecution], cutoff: datetime
) -> QuerySet[WorkflowExecution]:
    of_run = ScheduledRun.objects.filter(execution=OuterRef("pk")).order_by()
    return rows.filter(~Exists(of_run), finished_at__lt=cutoff).order_by()

"""Retention: delete old history in small steps, so that the audit still adds up.

Of each schedule, the oldest contiguous stretch of ended ledger rows is deleted, range rows
as a whole, and then their executions. Its epoch keeps the end of that stretch and the counts
by status.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, takewhile
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from schedules.models import (
    OPEN_STATUSES,
    TICK_ORIGINS,
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
)
from schedules.services.upkeep.old_bulk_actions import prune_bulk_action
from schedules.services.upkeep.old_executions import (
    delete_executions,
    executions_without_runs,
)
from schedules.services.upkeep.pace import Pace
from workflows.kit.conf import conf
from workflows.kit.given_ids import given_ids

# The fewest and the most of one transaction.
AT_ONCE = (50, 500)
# Executions are deleted in order of time, in which most of their indexes are, from this number
# on: SQLite writes a page once for all rows of a transaction on it.
EXECUTIONS_TOGETHER = 50_000
# Since the last row that was deleted: PostgreSQL would look at what it has deleted before.
EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
CHUNK = 1_000  # schedules that one query examines


@dataclass(frozen=True, slots=True)
class Pruned:
    """The rows that one step has deleted: none if it only searched."""

    runs: int = 0
    executions: int = 0


class _Run(NamedTuple):
    """What decides about a row of the ledger. Its fields are those of `ScheduledRun`."""

    id: UUID
    epoch: int
    origin: str
    status: str
    scheduled_for: datetime
    range_end: datetime | None
    tick_count: int
    finished_at: datetime | None
    execution_id: UUID | None

    @property
    def end(self) -> datetime:
        return self.range_end or self.scheduled_for


def prune(now: datetime) -> Iterator[Pruned]:
    """Delete what is older than the settings allow. Each iteration is one short step: a query
    that searches, or a transaction that deletes."""
    cutoff = now - timedelta(days=conf.RUNS_KEPT_DAYS)
    yield from _prune_runs(cutoff)
    for executions in executions_without_runs(cutoff):
        yield Pruned()
        yield from _prune_executions(executions, cutoff)
    while prune_bulk_action(cutoff, now):
        yield Pruned()


def _prune_runs(cutoff: datetime) -> Iterator[Pruned]:
    """Runs, and with those of a few schedules their executions, which would otherwise be found
    only by looking at every execution."""
    pace = Pace(*AT_ONCE)
    executions: list[tuple[datetime, UUID]] = []
    for schedules in _with_old_runs(cutoff):
        yield Pruned()
        for schedule_id in schedules:
            wanted, gone, since = 0, 0, EARLIEST
            while wanted == gone:
                wanted = pace.size
                with pace.transaction():
                    rows = _prune_schedule(schedule_id, cutoff, since, wanted)
                gone, since = len(rows), rows[-1].scheduled_for if rows else since
                yield Pruned(runs=gone)
                executions += [
                    (row.scheduled_for, row.execution_id)
                    for row in rows
                    if row.execution_id
                ]
            if len(executions) >= EXECUTIONS_TOGETHER:
                yield from _prune_executions(_in_order(executions), cutoff)
                executions = []
    yield from _prune_executions(_in_order(executions), cutoff)


def _in_order(executions: list[tuple[datetime, UUID]]) -> list[UUID]:
    return [execution for _, execution in sorted(executions)]


def _prune_executions(ids: Sequence[UUID], cutoff: datetime) -> Iterator[Pruned]:
    for deleted in delete_executions(ids, cutoff):
        yield Pruned(executions=deleted)


# From one schedule in the ledger to the next by the index `run_of_schedule`: to group all rows
# would read all rows. Those of deleted schedules are found alike.
_SEARCH = f"""
    WITH RECURSIVE known(id, place) AS (
        SELECT (SELECT schedule_id FROM {{runs}} WHERE schedule_id > %(after)s
                ORDER BY schedule_id LIMIT 1), 1
        UNION ALL
        SELECT (SELECT run.schedule_id FROM {{runs}} AS run
                WHERE run.schedule_id > known.id ORDER BY run.schedule_id LIMIT 1), place + 1
        FROM known WHERE known.id IS NOT NULL AND place < {CHUNK}
    )
    SELECT id,
        (SELECT run.scheduled_for < %(cutoff)s FROM {{runs}} AS run
         WHERE run.schedule_id = known.id ORDER BY run.scheduled_for LIMIT 1)
        AND
        (SELECT TRUE FROM {{runs}} AS run WHERE run.schedule_id = known.id
         ORDER BY run.scheduled_for DESC LIMIT 1 OFFSET %(kept)s)
    FROM known WHERE id IS NOT NULL
""".format(runs=ScheduledRun._meta.db_table)  # noqa: S608 a name of ours


def _with_old_runs(cutoff: datetime) -> Iterator[list[UUID]]:
    """Schedules, existing or deleted, with old rows, and with more rows than must be kept."""
    last = UUID(int=0)
    while chunk := _search(last, cutoff):
        yield [schedule_id for schedule_id, has_old in chunk if has_old]
        last = chunk[-1][0]


def _search(after: UUID, cutoff: datetime) -> list[tuple[UUID, bool]]:
    key = ScheduledRun._meta.get_field("schedule").target_field
    values = {
        "after": key.get_db_prep_value(after, connection),
        "cutoff": connection.ops.adapt_datetimefield_value(cutoff),
        "kept": conf.RUNS_KEPT_AT_LEAST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, values)
        return [(key.to_python(found), bool(old)) for found, old in cursor]


def _prune_schedule(
    schedule_id: UUID, cutoff: datetime, since: datetime, most: int
) -> Sequence[_Run]:
    """Delete some, within a transaction. The schedule's row is locked, so that its ledger does not change."""
    locked = ScheduledJob.objects.locked().filter(pk=schedule_id)
    found = list(locked.values_list("next_tick_at", flat=True))
    frontier = (found or [None])[0] or cutoff
    left = ScheduledRun.objects.filter(schedule=schedule_id, scheduled_for__gte=since)
    rows = _oldest_stretch(left, cutoff, frontier, most)
    if found:
        _count_as_pruned(
            schedule_id, [row for row in rows if row.origin in TICK_ORIGINS]
        )
    if rows:
        gone = given_ids([row.id for row in rows])
        ScheduledRun.objects.filter(pk__in=gone).delete()
    return rows


def _oldest_stretch(
    rows: QuerySet[ScheduledRun], cutoff: datetime, frontier: datetime, most: int
) -> Sequence[_Run]:
    """The oldest ended rows, up to the first that is open, not old, among those to keep, or
    beyond the frontier: an early tick counts once the frontier has reached it."""
    kept = conf.RUNS_KEPT_AT_LEAST
    # Counts no more rows than it can delete.
    spare = rows[: most + kept].count() - kept
    if spare <= 0:
        return []
    oldest = rows.order_by("scheduled_for", "created_at")
    return list(
        takewhile(
            lambda row: (
                row.status not in OPEN_STATUSES
                and row.end < min(cutoff, frontier)
                # The backfill of an old tick may have ended a minute ago.
                and (row.finished_at or cutoff) <= cutoff
            ),
            map(_Run._make, oldest.values_list(*_Run._fields)[:spare]),
        )
    )


def _count_as_pruned(schedule_id: UUID, rows: Sequence[_Run]) -> None:
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
        epoch.pruned_upto = gone[-1].end
        epoch.save(update_fields=["pruned_counts", "pruned_upto"])

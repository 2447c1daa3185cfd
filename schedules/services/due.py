"""Due schedules as firing reads them, and their policy rules.

A field on which `policy` depends is a field of `DueSchedule` and an argument in `rules_of`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, F, QuerySet, TextField
from django.db.models.functions import Cast

from schedules.models import TIMING_FIELDS, ScheduledJob, ScheduleQuerySet, timing_of
from schedules.policy.types import Catchup, Overlap, Rules
from schedules.timing import Timing
from workflows.kit.conf import conf
from workflows.kit.prepared import Param, Select

_TIMES = {
    field.name
    for field in ScheduledJob._meta.concrete_fields
    if isinstance(field, DateTimeField)
}


# Many schedules share a time, and to convert each costs Django more than all else in reading.
@lru_cache(maxsize=4_096)
def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


# Making a timing costs more than its next tick, and many schedules share one.
@lru_cache(maxsize=16_384)
def timing_of_columns(*columns: Any) -> Timing:
    """The timing that columns describe. Its times may be text, as firing reads them."""
    return timing_of(*map(_from_text, TIMING_FIELDS, columns))


def _from_text(name: str, value: Any) -> Any:
    return _time(value) if name in _TIMES and isinstance(value, str) else value


class DueSchedule(NamedTuple):
    """One row. Its fields are those of `ScheduledJob` with the same names."""

    id: UUID
    owner_id: Any  # the key of the user
    name: str
    rq_job_id: str
    epoch: int
    early_upto: datetime | None
    fired_count: int
    # A decision depends on what follows.
    next_tick_at: datetime
    max_runs: int | None
    overlap_policy: str
    max_open_runs: int
    catchup_policy: str
    catchup_window_seconds: int
    jitter_seconds: int
    when: tuple[Any, ...]  # the columns `TIMING_FIELDS`, times as text

    @property
    def timing(self) -> Timing:
        """As `ScheduledJob.timing`. Raises `TimingError` for an invalid one."""
        return timing_of_columns(*self.when)

    @property
    def decided_by(self) -> tuple[Any, ...]:
        """What the decision about it depends on besides the time, if it has no open runs, no
        early ticks and no jitter."""
        fired = self.fired_count if self.max_runs is not None else 0
        return (fired, *self[_DECIDED_FROM:])


_DECIDED_FROM = DueSchedule._fields.index("next_tick_at")
_OWN = DueSchedule._fields[:-1]
_NEXT_TICK, _EARLY = map(_OWN.index, ("next_tick_at", "early_upto"))


class Due(NamedTuple):
    """Which due schedules to fire: all, but those of `without`, or only one."""

    now: datetime
    without: Sequence[UUID] = ()
    only: UUID | None = None

    def locked(self, limit: int) -> list[DueSchedule]:
        """At most `limit` of their rows, locked until the transaction ends.

        Rows that others have locked are left for the next pass. (SQLite has one writer.)
        """
        if self.without or self.only:
            return read_as_due(self._rows().locked(skip_locked=True)[:limit])
        bound = _all_due(limit).bind(next_run_at=self.now)
        # Not prepared: PostgreSQL is to plan for this time.
        with connection.cursor() as cursor:
            cursor.execute(*bound.sent)
            return [_due(row) for row in bound.statement.result(connection, cursor)]

    def ids(self, limit: int) -> list[UUID]:
        return list(self._rows().values_list("pk", flat=True)[:limit])

    def _rows(self) -> ScheduleQuerySet:
        due = ScheduledJob.objects.due(self.now)
        if self.only:
            due = due.filter(pk=self.only)
        return due.exclude(pk__in=self.without) if self.without else due


@lru_cache(maxsize=4)
def _all_due(limit: int) -> Select[tuple[Any, ...]]:
    """Compiled once: that takes Django half as long as SQLite takes to find the rows of a
    batch."""
    now = Param(ScheduledJob, "next_run_at")
    return Select(
        lambda: _columns(ScheduledJob.objects.due(now).locked(skip_locked=True)[:limit])
    )


def read_as_due(rows: ScheduleQuerySet) -> list[DueSchedule]:
    """The rows, which must have a next tick, as firing reads them. One query."""
    return [_due(row) for row in _columns(rows)]


def _columns(rows: ScheduleQuerySet) -> QuerySet[ScheduledJob, tuple[Any, ...]]:
    return rows.values_list(*map(_column, (*_OWN, *TIMING_FIELDS)))


def _column(name: str) -> F | Cast:
    return Cast(name, TextField()) if name in _TIMES else F(name)


def _due(row: tuple[Any, ...]) -> DueSchedule:
    columns = [*row[: len(_OWN)], row[len(_OWN) :]]
    columns[_NEXT_TICK] = _time(columns[_NEXT_TICK])
    if columns[_EARLY] is not None:
        columns[_EARLY] = _time(columns[_EARLY])
    return DueSchedule._make(columns)


def rules_of(schedule: ScheduledJob | DueSchedule) -> Rules:
    """The schedule's rules for `policy`. Raises `TimingError` for an invalid timing."""
    left = schedule.max_runs
    return Rules(
        timing=schedule.timing,
        seed=schedule.id.hex,
        jitter_seconds=schedule.jitter_seconds,
        overlap=cast("Overlap", schedule.overlap_policy),
        max_open_runs=schedule.max_open_runs,
        catchup=cast("Catchup", schedule.catchup_policy),
        catchup_window=timedelta(seconds=schedule.catchup_window_seconds),
        runs_left=None if left is None else max(0, left - schedule.fired_count),
        live_for=timedelta(seconds=conf.LIVE_TICK_SECONDS),
    )

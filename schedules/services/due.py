"""Due schedules as firing reads them, and their policy rules.

A field on which `policy` depends is a field of `DueSchedule` and an argument in `rules_of`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from schedules.models import TIMING_FIELDS, ScheduledJob, ScheduleQuerySet, timing_of
from schedules.policy.types import Catchup, Overlap, Rules
from schedules.timing import Timing
from workflows.kit.conf import conf

# Making a timing costs more than its next tick, and many schedules share one.
timing_of_columns = lru_cache(maxsize=16_384)(timing_of)


class DueSchedule(NamedTuple):
    """One row. Its fields are those of `ScheduledJob` with the same names."""

    id: UUID
    owner_id: Any  # the key of the user
    name: str
    rq_job_id: str
    epoch: int
    early_upto: datetime | None
    reason_code: str
    status_reason: str
    fired_count: int
    # A decision depends on what follows.
    next_tick_at: datetime
    max_runs: int | None
    overlap_policy: str
    max_open_runs: int
    catchup_policy: str
    catchup_window_seconds: int
    jitter_seconds: int
    when: tuple[Any, ...]  # the columns `TIMING_FIELDS`

    @property
    def timing(self) -> Timing:
        """As `ScheduledJob.timing`. Raises `TimingError` for an invalid one."""
        return timing_of_columns(*self.when)

    @property
    def decided_by(self) -> tuple[Any, ...]:
        """What the decision about it depends on, if it has no open runs, no early ticks and
        no jitter."""
        fired = self.fired_count if self.max_runs is not None else 0
        return (fired, *self[_DECIDED_FROM:])


_DECIDED_FROM = DueSchedule._fields.index("next_tick_at")
_OWN = DueSchedule._fields[:-1]


def locked_due(due: ScheduleQuerySet, limit: int) -> list[DueSchedule]:
    """At most `limit` rows of `due`, locked until the transaction ends.

    Rows that others have locked are left for the next pass. (SQLite has one writer.)
    """
    return read_as_due(due.locked(skip_locked=True)[:limit])


def read_as_due(rows: ScheduleQuerySet) -> list[DueSchedule]:
    """The rows, which must have a next tick, as firing reads them. One query."""
    found = rows.values_list(*_OWN, *TIMING_FIELDS)
    return [DueSchedule._make((*row[: len(_OWN)], row[len(_OWN) :])) for row in found]


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

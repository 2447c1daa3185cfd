"""Timing: when a schedule runs, as a fixed set of instants ("ticks").

Pure: no clock and no Django.
"""

from __future__ import annotations

from schedules.timing.comparison import alike, minimum_interval
from schedules.timing.croniter_check import disagreement
from schedules.timing.errors import TimingError
from schedules.timing.kinds import (
    CronTiming,
    IntervalTiming,
    ManualTiming,
    OnceTiming,
    Timing,
    checked_instant,
)
from schedules.timing.ticks import (
    between,
    count,
    due_at,
    interval_occurrences,
    last_upto,
    newest,
    next_after,
    next_occurrences,
    occurrence_note,
    resolve_local,
    skipped_wall_time,
)
from schedules.timing.words import describe
from schedules.timing.zones import check_timezone, tzdata_version

__all__ = [
    "CronTiming",
    "IntervalTiming",
    "ManualTiming",
    "OnceTiming",
    "Timing",
    "TimingError",
    "alike",
    "between",
    "check_timezone",
    "checked_instant",
    "count",
    "describe",
    "disagreement",
    "due_at",
    "interval_occurrences",
    "last_upto",
    "minimum_interval",
    "newest",
    "next_after",
    "next_occurrences",
    "occurrence_note",
    "resolve_local",
    "skipped_wall_time",
    "tzdata_version",
]

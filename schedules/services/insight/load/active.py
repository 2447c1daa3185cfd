"""The demands of schedules in the database: their timings and the usual length of their runs."""

from __future__ import annotations

from datetime import datetime

from schedules.models import (
    TIMING_FIELDS,
    OverlapPolicy,
    ScheduleQuerySet,
)
from schedules.services.due import timing_of_columns
from schedules.services.insight.load.demand import Demand
from schedules.services.insight.load.durations import usual_seconds
from schedules.timing import TimingError
from workflows.run_on import RunOn

MOST_SCHEDULES = 20_000
# Where no run has ended yet.
ASSUMED_SECONDS = 10.0
_OWN = ("id", "overlap_policy", "run_on", "jitter_seconds", "max_runs", "fired_count")


def demands_of(schedules: ScheduleQuerySet, now: datetime) -> tuple[list[Demand], bool]:
    """A demand for each that has a valid timing, and whether any run of them was measured.

    A schedule without a run takes as long as the average of the others. What the backend of a
    Task runs does not hold our workers.
    """
    rows = [*schedules.values_list(*_OWN, *TIMING_FIELDS)]
    usual = usual_seconds([row[0] for row in rows], now)
    typical = sum(usual.values()) / len(usual) if usual else ASSUMED_SECONDS
    demands = []
    for pk, overlap, run_on, jitter, most, fired, *when in rows:
        try:
            timing = timing_of_columns(*when)
        except TimingError:
            continue
        seconds = usual.get(pk, typical) if run_on == RunOn.WORKER else 0.0
        left = None if most is None else max(0, most - fired)
        is_single = overlap != OverlapPolicy.ALLOW
        demands.append(Demand(pk, timing, seconds, is_single, jitter, left))
    return demands, bool(usual)

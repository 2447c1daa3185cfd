"""Schedules to plan days with."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from schedules.services.insight.calendar.planned import Planned
from schedules.services.insight.local_days import local_days
from schedules.timing import CronTiming, IntervalTiming, OnceTiming
from tests.schedules.timing.sequences import at

ZONE = "Europe/Berlin"
# Four weeks from a Monday on; on the last day the clock is put forward, at 02:00.
SPRING = local_days(date(2026, 3, 2), 28, ZONE)
LAST = SPRING[-1]
BEFORE = at("2026-03-01T12:00")


def planned(timing: Any, name: str = "job", **fields: Any) -> Planned:
    """A schedule of a cron expression in Berlin, of seconds, or of a time."""
    if isinstance(timing, str):
        timing = CronTiming(timing, ZONE)
    elif isinstance(timing, int):
        timing = IntervalTiming(timing, at("2026-01-01T00:00:05"))
    elif not hasattr(timing, "next"):
        timing = OnceTiming(timing)
    return Planned(uuid4(), name, timing, **fields)

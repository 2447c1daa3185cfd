"""Schedules to test the load map with, and their load."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from schedules.services.insight.load import demand as module
from schedules.services.insight.load.demand import Demand, Load, Share, shares
from schedules.timing import CronTiming, IntervalTiming, Timing
from tests.schedules.timing.sequences import at

ZONE = "Europe/Berlin"
# Monday, 00:00 in Berlin; on Sunday the clock is put back.
MONDAY = at("2026-10-18T22:00")
WEEK = 7 * 96 + 4


def demand(timing: Timing | str | int, seconds: float = 10, **fields: Any) -> Demand:
    """A schedule of a cron expression in Berlin or of an interval in seconds."""
    if isinstance(timing, str):
        timing = CronTiming(timing, ZONE)
    elif isinstance(timing, int):
        timing = IntervalTiming(timing, MONDAY)
    return Demand(uuid4(), timing, seconds, **fields)


def load_of(*demands: Demand) -> tuple[Load, list[Share]]:
    found = [*shares(demands, MONDAY, WEEK)]
    return module.load_of(found, MONDAY, WEEK), found

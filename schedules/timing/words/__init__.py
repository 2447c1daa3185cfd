"""Timings as English sentences."""

from __future__ import annotations

from schedules.timing.cron import parse
from schedules.timing.kinds import CronTiming, IntervalTiming, ManualTiming, Timing
from schedules.timing.words.times import (
    describe_interval,
    describe_once,
    describe_wall_times,
)
from workflows.kit.phrases import phrase

__all__ = ["describe"]


def describe(timing: Timing, timezone: str = "UTC") -> str:
    """The meaning of `timing` in English. A one-off also gets its time in `timezone`."""
    if isinstance(timing, CronTiming):
        times = describe_wall_times(parse(timing.expression))
        return phrase("{times} ({zone})", times=times, zone=timing.timezone)
    if isinstance(timing, IntervalTiming):
        return describe_interval(timing.every_seconds)
    if isinstance(timing, ManualTiming):
        return phrase("Only on request")
    return describe_once(timing.run_at, timezone)

"""The timing that the columns of a schedule describe."""

from __future__ import annotations

from datetime import datetime
from inspect import signature

from schedules.models.choices import ScheduleType
from schedules.timing import (
    CronTiming,
    IntervalTiming,
    ManualTiming,
    OnceTiming,
    Timing,
)


def timing_of(
    schedule_type: str,
    cron_expression: str,
    timezone: str,
    interval_seconds: int | None,
    anchor_at: datetime | None,
    run_at: datetime | None,
    start_at: datetime | None,
    end_at: datetime | None,
) -> Timing:
    """The timing that these fields of a schedule describe.

    Raises `TimingError` if they are not valid.
    """
    if schedule_type == ScheduleType.CRON:
        return CronTiming(cron_expression, timezone, start_at, end_at)
    if schedule_type == ScheduleType.INTERVAL:
        assert interval_seconds is not None
        assert anchor_at is not None
        return IntervalTiming(interval_seconds, anchor_at, start_at, end_at)
    if schedule_type == ScheduleType.MANUAL:
        return ManualTiming()
    assert run_at is not None
    return OnceTiming(run_at, start_at, end_at)


TIMING_FIELDS = tuple(signature(timing_of).parameters)

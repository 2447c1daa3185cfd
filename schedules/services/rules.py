"""From a row to the pure rules that `policy` decides by."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.conf import settings

from schedules.decisions import Catchup, Overlap, Rules
from schedules.models import ScheduledJob
from schedules.services.due import DueSchedule


def rules_of(schedule: ScheduledJob | DueSchedule) -> Rules:
    """What decides about the schedule's ticks. Raises `TimingError` if its timing broke."""
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
        live_for=timedelta(seconds=settings.LIVE_TICK_SECONDS),
    )

"""A timing moved by some minutes, where that changes nothing else about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from schedules.limits import CRON_LENGTH
from schedules.timing.cron import in_five_fields, parse
from schedules.timing.errors import TimingError
from schedules.timing.kinds import CronTiming, IntervalTiming, Timing

_HOUR_MINUTES = 60


def shifted(timing: Timing, minutes: int) -> Timing | None:
    """With every run so many minutes later (negative: earlier); None if that cannot be.

    A cron expression keeps its hours and days: only its minutes are moved, within the hour. An
    interval is counted from another time, less than an interval and less than an hour away.
    """
    if not 0 < abs(minutes) < _HOUR_MINUTES:
        return None
    if isinstance(timing, CronTiming):
        return _cron(timing, minutes)
    if isinstance(timing, IntervalTiming) and abs(minutes) * 60 < timing.every_seconds:
        return _interval(timing, minutes)
    return None


def _cron(timing: CronTiming, minutes: int) -> CronTiming | None:
    moved = [minute + minutes for minute in parse(timing.expression).minutes]
    if moved[0] < 0 or moved[-1] >= _HOUR_MINUTES:
        return None
    _minute, *others = in_five_fields(timing.expression)
    expression = " ".join([",".join(map(str, moved)), *others])
    if len(expression) > CRON_LENGTH:
        return None
    return replace(timing, expression=expression)


def _interval(timing: IntervalTiming, minutes: int) -> IntervalTiming | None:
    try:
        anchor_at = timing.anchor_at + timedelta(minutes=minutes)
        return replace(timing, anchor_at=anchor_at)
    except (OverflowError, TimingError):
        return None

"""Which timings ask for the same, however they are spelt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schedules.timing import CronTiming, IntervalTiming, OnceTiming, Timing, alike

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = 86_400


def cron(expression: str, zone: str = "UTC") -> Timing:
    return CronTiming(expression, zone)


def every(seconds: int) -> Timing:
    return IntervalTiming(seconds, NOON)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (cron("@daily"), cron("0 0 * * *")),
        (cron("0 9 * * mon-fri"), cron("00 9 ? * mon,tue,wed,thu,fri")),
        (cron("@daily"), every(DAY)),
        (cron("0 9 * * *", "Asia/Tokyo"), every(DAY)),
        (cron("@hourly"), every(3600)),
        (cron("*/5 * * * *"), every(300)),
        (cron("@weekly"), every(7 * DAY)),
        (every(60), IntervalTiming(60, NOON + timedelta(seconds=7))),
        (OnceTiming(NOON), OnceTiming(NOON)),
    ],
)
def test_alike(one: Timing, other: Timing):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (cron("@daily"), cron("@daily", "Asia/Tokyo")),
        (cron("@daily"), cron("0 1 * * *")),
        (cron("0 9,10 * * *"), every(3600)),
        (cron("0 9,10 * * *"), every(DAY // 2)),
        (cron("*/7 * * * *"), every(420)),
        (cron("@monthly"), every(28 * DAY)),
        (cron("0 0 * 1 *"), every(DAY)),
        (cron("* * * * 1-6"), every(60)),
        (every(60), every(61)),
        (OnceTiming(NOON), OnceTiming(NOON + timedelta(seconds=1))),
        (OnceTiming(NOON), every(60)),
        (cron("@daily"), OnceTiming(NOON)),
    ],
)
def test_not_alike(one: Timing, other: Timing):
    assert not alike(one, other)
    assert not alike(other, one)

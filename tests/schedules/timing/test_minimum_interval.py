"""The minimum interval of a timing: the least time between two of its ticks."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from schedules import timing
from schedules.timing import CronTiming, IntervalTiming, OnceTiming

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def minimum(expression: str, zone: str = "UTC") -> timedelta | None:
    return timing.minimum_interval(CronTiming(expression, zone), NOON)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("* * * * *", MINUTE),
        ("*/7 * * * *", 4 * MINUTE),  # from :56 to :00
        ("0,1 9 * * *", MINUTE),
        ("59 23 * * *", DAY),
        ("0 */5 * * *", 4 * HOUR),  # from 20:00 to 00:00
        ("0,59 0,23 * * *", MINUTE),  # from 23:59 to 00:00
        ("0,59 0,23 * * mon", 59 * MINUTE),  # no midnight lies between two Mondays
        ("0 9 * * mon,thu", 3 * DAY),
        ("0 9 1 * *", 28 * DAY),
        ("0 9 1,31 * *", DAY),
        ("0 9 l * *", 28 * DAY),
        ("0 9 * * 5#2", 28 * DAY),
        ("0 9 31 12 *", 365 * DAY),
        ("0 9 1 1,12 *", 31 * DAY),
        ("0 9 29 2 *", 1461 * DAY),
    ],
)
def test_the_least_distance_of_a_cron_expression(expression, expected):
    assert minimum(expression) == expected


@pytest.mark.parametrize(
    ("expression", "zone", "expected"),
    [
        # The clock leaves out an hour: 01:30 and 03:30 are an hour apart that night.
        ("30 1,3 * * *", "Europe/Berlin", HOUR),
        # 02:30 runs at 03:00, when it does not exist.
        ("30 2,3 * * *", "Europe/Berlin", 30 * MINUTE),
        # Put back by half an hour, the clock reads 01:30 twice, half an hour apart.
        ("30 * * * *", "Australia/Lord_Howe", 30 * MINUTE),
        ("0 * * * *", "Europe/Berlin", HOUR),
        ("0 9 * * *", "Europe/Berlin", 23 * HOUR),
    ],
)
def test_a_moved_clock_brings_ticks_closer_together(expression, zone, expected):
    assert minimum(expression, zone) == expected


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"]
)
@pytest.mark.parametrize(
    "expression", ["30 1-4 * * *", "15,45 */2 * * sun", "0 2 * * *"]
)
def test_no_two_ticks_of_two_years_are_closer(expression, zone):
    cron = CronTiming(expression, zone)
    ticks = timing.between(cron, NOON, NOON + 731 * DAY, 10_000)
    assert min(b - a for a, b in pairwise(ticks)) == minimum(expression, zone)


def test_of_an_interval_it_is_the_interval_and_of_a_single_tick_there_is_none():
    assert timing.minimum_interval(IntervalTiming(90, NOON), NOON) == 90 * MINUTE / 60
    assert timing.minimum_interval(OnceTiming(NOON), NOON) is None


@pytest.mark.parametrize(
    "expression",
    ["* * * * *", "*/7 1-22 * * *", "0 0 1-15,l * *", "5 4 * * 1#5,2#5,l3,l4"],
)
def test_the_minimum_interval_is_found_in_bounded_time(expression):
    begun = time.thread_time()
    minimum(expression, "America/New_York")
    assert time.thread_time() - begun < 0.5

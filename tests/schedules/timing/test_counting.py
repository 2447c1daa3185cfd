"""Counting is arithmetic; it must agree with listing."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from schedules.timing import (
    CronTiming,
    IntervalTiming,
    between,
    count,
    last_upto,
    newest,
)
from tests.schedules.timing.sequences import MICROSECOND, at

EXPRESSIONS = [
    "* * * * *",
    "*/7 * * * *",
    "30 * * * 1-5",
    "0 0 * * *",
    "*/20 1-3 * * *",
    "15,45 0-22 * * *",
    "0 */2 1-15 * mon",
    "59 23 L * *",
    "0 1 15W * *",
    "30 2 * * 7#1,L5",
    "0 0 29 2 *",
    "30 * 1,29 2,3,9 *",
]
# Each stretch has at least one move of the clock in it.
STRETCHES = [
    ("America/New_York", "2026-03-07T17:30", "2026-03-09T03:01"),
    ("America/New_York", "2026-10-31T00:00", "2026-11-02T12:00"),
    ("Europe/Berlin", "2026-10-25T00:30", "2026-10-25T01:30"),
    ("Australia/Lord_Howe", "2026-04-03T00:00", "2026-04-06T00:00"),
    ("Pacific/Apia", "2011-12-28T00:00", "2012-01-02T00:00"),
    ("Pacific/Chatham", "2026-09-26T00:00", "2026-09-28T00:00"),
    ("America/Sao_Paulo", "2018-02-16T00:00", "2018-02-19T00:00"),
    ("Africa/Monrovia", "1972-01-06T00:00", "1972-01-08T00:00"),
    ("Africa/Casablanca", "2026-02-14T00:00", "2026-03-24T00:00"),
    ("UTC", "2027-12-25T11:11", "2028-03-02T11:11"),
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize(("zone", "after", "upto"), STRETCHES)
def test_the_count_is_what_listing_gives(expression, zone, after, upto):
    timing, after, upto = CronTiming(expression, zone), at(after), at(upto)
    upto = min(upto, after + timedelta(days=4))
    ticks = between(timing, after, upto, 10_000)
    assert count(timing, after, upto) == len(ticks)
    assert last_upto(timing, upto, after) == (ticks[-1] if ticks else None)
    assert newest(timing, after, upto, 40) == ticks[-40:]
    for cut in range(20):
        middle = after + (upto - after) * cut / 20
        parts = count(timing, after, middle), count(timing, middle, upto)
        assert sum(parts) == len(ticks)


def test_the_older_end_is_left_out_and_the_newer_is_counted():
    timing = CronTiming("*/10 * * * *", "UTC")
    assert count(timing, at("2026-01-01T00:10"), at("2026-01-01T00:20")) == 1
    assert (
        count(timing, at("2026-01-01T00:10") - MICROSECOND, at("2026-01-01T00:19")) == 1
    )
    assert count(timing, at("2026-01-01T00:20"), at("2026-01-01T00:20")) == 0
    assert count(timing, at("2026-01-01T00:30"), at("2026-01-01T00:20")) == 0


def test_start_and_end_are_both_included():
    timing = CronTiming(
        "0 * * * *", "UTC", at("2026-01-01T05:00"), at("2026-01-01T08:00")
    )
    everything = at("2000-01-01"), at("2100-01-01")
    assert count(timing, *everything) == 4
    assert between(timing, *everything, 9) == newest(timing, *everything, 9)
    assert last_upto(timing, at("2026-01-01T04:59")) is None
    assert last_upto(timing, at("2100-01-01")) == at("2026-01-01T08:00")


def test_a_limit_keeps_the_oldest_or_the_newest():
    timing = IntervalTiming(60, at("2026-01-01T00:00"))
    stretch = at("2026-01-01T00:00"), at("2026-01-01T00:05")
    assert between(timing, *stretch, 2) == [
        at("2026-01-01T00:01"), at("2026-01-01T00:02")
    ]  # fmt: skip
    assert newest(timing, *stretch, 2) == [
        at("2026-01-01T00:04"), at("2026-01-01T00:05")
    ]  # fmt: skip
    assert between(timing, *stretch, 0) == newest(timing, *stretch, 0) == []


def test_a_year_of_minutes_is_reckoned_not_listed():
    timing = CronTiming("* * * * *", "Europe/Berlin")
    begin = time.thread_time()
    assert count(timing, at("2026-01-01"), at("2027-01-01")) == 365 * 24 * 60
    assert time.thread_time() - begin < 0.05


def test_a_century_of_working_days_is_exact():
    timing = CronTiming("0 9 * * 1-5", "America/New_York")
    # 400 years have 20,871 whole weeks.
    assert count(timing, at("2000-01-01"), at("2400-01-01")) == 20_871 * 5

"""Ticks counted by the quarter of an hour agree with those counted one quarter at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.timing import CronTiming, IntervalTiming, ManualTiming, OnceTiming, count
from schedules.timing.quarters import QUARTER, per_quarter, quarter_of, rhythm
from schedules.timing.zones import timezone_names
from tests.schedules.timing.sequences import MICROSECOND, at
from tests.schedules.timing.test_counting import EXPRESSIONS
from tests.schedules.timing.test_properties import BOUNDED, cron_timings

WEEK = 7 * 96
BEGIN = at("2026-10-20T22:00")


def one_by_one(timing, begins, quarters):
    starts = [begins + number * QUARTER - MICROSECOND for number in range(quarters)]
    return [count(timing, start, start + QUARTER) for start in starts]


begins = st.integers(0, 40_000).map(lambda number: BEGIN + number * 9 * QUARTER)
bounds = st.none() | st.integers(-3_000, 40_000).map(timedelta)
seconds = st.integers(-700_000, 700_000).map(lambda n: timedelta(seconds=n))


@BOUNDED
@given(cron_timings(), begins, st.none() | seconds, st.none() | seconds)
def test_of_cron_expressions_in_any_zone(timing, begins, start, end):
    start_at = None if start is None else begins + start
    end_at = None if end is None else max(begins + end, start_at or begins + end)
    bounded = CronTiming(timing.expression, timing.timezone, start_at, end_at)
    assert per_quarter(bounded, begins, 200) == one_by_one(bounded, begins, 200)


@BOUNDED
@given(
    st.integers(1, 5_000) | st.integers(1, 10**6), begins, seconds, st.none() | seconds
)
def test_of_intervals(every, begins, anchor, end):
    end_at = None if end is None else begins + end
    timing = IntervalTiming(every, begins + anchor, end_at=end_at)
    assert per_quarter(timing, begins, 150) == one_by_one(timing, begins, 150)


@pytest.mark.heavy
@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("Europe/Berlin", "2026-10-23T22:00"),
        ("Europe/Berlin", "2027-03-26T23:00"),
        ("Australia/Lord_Howe", "2026-10-02T13:30"),
        ("Pacific/Chatham", "2026-04-03T11:15"),
        ("America/Santiago", "2026-09-05T04:00"),
        ("Africa/Casablanca", "2027-02-05T23:00"),
        ("Asia/Kathmandu", "2026-12-30T18:15"),
        ("Africa/Monrovia", "1972-01-06T00:45"),
        ("Pacific/Apia", "2011-12-28T10:00"),
        ("UTC", "2027-12-28T00:00"),
    ],
)
def test_where_the_clock_is_changed(expression, zone, begins):
    timing = CronTiming(expression, zone)
    assert per_quarter(timing, at(begins), 4 * 96) == one_by_one(
        timing, at(begins), 4 * 96
    )


def test_each_second_of_a_week_is_672_numbers():
    timing = IntervalTiming(1, at("2020-01-01"))
    assert per_quarter(timing, BEGIN, WEEK) == [900] * WEEK


def test_one_run_and_none():
    timing = OnceTiming(BEGIN + timedelta(minutes=44, seconds=59))
    assert per_quarter(timing, BEGIN, 4) == [0, 0, 1, 0]
    assert per_quarter(timing, BEGIN - QUARTER, 3) == [0, 0, 0]
    assert per_quarter(ManualTiming(), BEGIN, 3) == [0, 0, 0]


def test_the_same_rhythm_means_the_same_counts():
    early = IntervalTiming(300, at("2020-01-01T00:00:07"))
    late = IntervalTiming(300, at("2026-01-01T00:03"))
    assert rhythm(early, BEGIN, WEEK) == rhythm(late, BEGIN, WEEK)
    assert per_quarter(early, BEGIN, WEEK) == per_quarter(late, BEGIN, WEEK)
    hourly = [IntervalTiming(3600, BEGIN - timedelta(minutes=m)) for m in (1, 20)]
    assert rhythm(hourly[0], BEGIN, WEEK) != rhythm(hourly[1], BEGIN, WEEK)
    berlin, lima = (
        CronTiming("0 2 * * *", zone) for zone in ("Europe/Berlin", "America/Lima")
    )
    assert rhythm(berlin, BEGIN, WEEK) != rhythm(lima, BEGIN, WEEK)
    ending = CronTiming("0 2 * * *", "Europe/Berlin", None, BEGIN + timedelta(days=2))
    assert rhythm(berlin, BEGIN, WEEK) != rhythm(ending, BEGIN, WEEK)


def test_quarters_in_utc_are_those_of_the_wall_clock_in_every_zone():
    for name in timezone_names():
        timing = CronTiming("7 3 * * *", name)
        assert len(per_quarter(timing, BEGIN, WEEK)) == WEEK


def test_the_quarter_of_an_instant():
    moment = datetime(2026, 3, 28, 23, 44, 59, 999, tzinfo=UTC)
    assert quarter_of(moment) == at("2026-03-28T23:30")
    assert quarter_of(at("2026-03-28T23:45")) == at("2026-03-28T23:45")


@BOUNDED
@given(st.integers(1, 90), begins, seconds, st.integers(0, 60))
def test_intervals_that_differ_within_a_quarter_only_have_one_rhythm(
    minutes, begins, anchor, later
):
    one = IntervalTiming(60 * minutes, begins + anchor)
    other = IntervalTiming(60 * minutes, one.anchor_at + timedelta(seconds=later))
    if rhythm(one, begins, 150) == rhythm(other, begins, 150):
        assert per_quarter(one, begins, 150) == per_quarter(other, begins, 150)


def test_hourly_intervals_have_four_rhythms():
    hourly = [IntervalTiming(3600, BEGIN - timedelta(seconds=s)) for s in range(3600)]
    assert len({rhythm(timing, BEGIN, WEEK) for timing in hourly}) == 4

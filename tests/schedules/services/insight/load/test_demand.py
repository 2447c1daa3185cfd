"""Runs and work in each quarter of an hour."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.services.insight.load import demand as module
from schedules.services.insight.load.demand import Load, shares
from schedules.timing import CronTiming, IntervalTiming, between, count, due_at
from schedules.timing.quarters import QUARTER, per_quarter
from tests.schedules.services.insight.load.demands import (
    MONDAY,
    WEEK,
    ZONE,
    demand,
    load_of,
)
from tests.schedules.timing.sequences import MICROSECOND
from tests.schedules.timing.test_properties import BOUNDED, cron_timings

intervals = st.builds(
    IntervalTiming,
    st.integers(60, 200_000),
    st.integers(0, 10**6).map(lambda n: MONDAY - timedelta(seconds=n)),
)


@pytest.mark.heavy
@BOUNDED
@given(st.lists(cron_timings() | intervals, max_size=6))
def test_all_runs_are_counted_in_their_quarter(timings):
    load, _ = load_of(*map(demand, timings))
    for place in (0, 1, 95, 500, WEEK - 1):
        begins = MONDAY + place * QUARTER - MICROSECOND
        here = (count(timing, begins, begins + QUARTER) for timing in timings)
        assert load.runs[place] == sum(here)
    end = MONDAY + WEEK * QUARTER - MICROSECOND
    whole = (count(timing, MONDAY - MICROSECOND, end) for timing in timings)
    assert sum(load.runs) == sum(whole)


def test_schedules_with_the_same_runs_are_counted_together():
    _, found = load_of(demand("0 2 * * *"), demand("0 2 * * *", 700), demand(300))
    assert [len(share.members) for share in found] == [2, 1]


def test_short_work_is_done_in_its_quarter():
    load, _ = load_of(demand("0 2 * * *", 30), demand("5,10 2 * * *", 60))
    assert load.runs[8] == 3
    assert load.seconds[7:10] == [0, 150, 0]


def test_long_work_goes_on_in_the_following_quarters():
    load, _ = load_of(demand("0 2 19 10 *", 2000))
    assert load.seconds[7:12] == [0, 900, 900, 200, 0]
    assert load.runs[7:12] == [0, 1, 0, 0, 0]
    assert sum(load.seconds) == 2000


def test_work_beyond_the_last_quarter_is_not_counted():
    load, _ = load_of(demand("45 23 25 10 *", 5000))
    assert load.seconds[-2:] == [0, 900]


def test_the_runs_of_a_schedule_hold_one_worker_unless_they_may_overlap():
    single, _ = load_of(demand(60, 600))
    assert max(single.seconds) == 900
    several, _ = load_of(demand(60, 600, is_single=False))
    assert several.seconds[100] == 15 * 600
    hourly, _ = load_of(demand(3600, 7200))
    assert max(hourly.seconds) == 900


def test_what_is_added_can_be_taken_away():
    load, (share,) = load_of(demand("0 2 * * *", 2000))
    same = load.copy()
    same.add(share.counts, -1, 2000)
    assert (same.runs, same.seconds) == ([0] * WEEK, [0] * WEEK)
    assert sum(load.runs) == 7


def test_only_the_runs_that_are_left_are_counted():
    load, _ = load_of(demand(300, runs_left=5), demand(300, runs_left=0))
    assert load.runs[:3] == [3, 2, 0]
    assert sum(load.runs) == 5


def test_a_random_delay_is_that_of_the_schedule():
    late = demand("0 2 * * *", jitter_seconds=3600)
    load, _ = load_of(late)
    ticks = between(late.timing, MONDAY, MONDAY + WEEK * QUARTER, 10)
    due = [due_at(late.timing, t, seed=late.id.hex, jitter_seconds=3600) for t in ticks]
    assert {p for p, number in enumerate(load.runs) if number} == {
        (at - MONDAY) // QUARTER for at in due
    }
    assert sum(load.runs) == 7


def test_a_random_delay_beyond_the_bound_is_left_out(monkeypatch):
    monkeypatch.setattr(module, "MOST_DELAYED_TICKS", 10)
    schedules = [demand("0 2 * * *", jitter_seconds=1800) for _ in range(3)]
    load, found = load_of(*schedules)
    assert sum(load.runs) == 21
    assert [(len(share.members), share.undelayed) for share in found] == [
        (1, 0),
        (2, 2),
    ]
    assert found[1].counts[8] == 1


def test_each_second_of_a_week_costs_no_more_than_each_minute():
    load = Load(MONDAY, WEEK)
    (share,) = shares([demand(1)], MONDAY, WEEK)
    load.add_share(share)
    assert load.runs == [900] * WEEK
    assert load.seconds == [900] * WEEK


@pytest.mark.heavy
def test_ten_thousand_schedules_cost_no_more_than_their_different_timings(monkeypatch):
    asked = []

    def counted(*arguments):
        asked.append(arguments)
        return per_quarter(*arguments)

    monkeypatch.setattr(module, "per_quarter", counted)
    crons = [CronTiming(f"{n % 60} 2 * * *", ZONE) for n in range(5000)]
    every = [IntervalTiming(300, MONDAY - timedelta(seconds=n)) for n in range(5000)]
    load, _ = load_of(*map(demand, crons + every))
    assert len(asked) == 61
    assert sum(load.runs) == 5000 * 7 + 5000 * 3 * WEEK


def test_a_day_of_25_hours_has_a_hundred_quarters():
    timing = CronTiming("0 * * * *", ZONE)
    load, _ = load_of(demand(timing))
    assert sum(load.runs) == 7 * 24 + 1
    assert all(sum(pair) <= 1 for pair in pairwise(load.runs))

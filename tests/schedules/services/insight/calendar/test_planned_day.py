"""The runs to come on one day."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from schedules.services.insight.calendar.planned_day import MOST_LISTED, plan_day
from schedules.timing import between, count
from tests.schedules.services.insight.calendar.plans import (
    BEFORE,
    LAST,
    SPRING,
    planned,
)
from tests.schedules.timing.sequences import MICROSECOND
from tests.schedules.timing.test_properties import (
    BOUNDED,
    cron_timings,
    interval_timings,
)

DAY = SPRING[5]


@BOUNDED
@given(cron_timings() | interval_timings, st.integers(-10, 86_400))
def test_every_run_of_the_day_is_listed_or_counted(timing, seconds):
    now = LAST.begins + timedelta(seconds=seconds)
    made = plan_day([planned(timing)], LAST, now)
    after, last = max(now, LAST.begins - MICROSECOND), LAST.ends - MICROSECOND
    left = count(timing, after, last)
    assert made.total == left
    if count(timing, LAST.begins - MICROSECOND, last) > MOST_LISTED:
        assert [runs for _, runs in made.frequent] == ([left] if left else [])
        assert made.entries == []
    else:
        assert [entry.at for entry in made.entries] == between(timing, after, last, 99)


def test_the_most_frequent_come_first():
    jobs = [planned(900, "feed"), planned(30, "probe"), planned(300, "sync")]
    made = plan_day([*jobs, planned("0 4 * * *", "daily")], LAST, BEFORE)
    assert [(each.name, runs) for each, runs in made.frequent] == [
        ("probe", 2760),
        ("sync", 276),
        ("feed", 92),
    ]
    assert [entry.name for entry in made.entries] == ["daily"]


def test_what_a_clock_change_moves():
    made = plan_day([planned("0 2 * * *") for _ in range(38)], LAST, BEFORE)
    (entry,) = made.entries
    assert (entry.schedules, f"{entry.moved_from:%H:%M}") == (38, "02:00")
    assert (made.total, made.moved) == (38, 38)


def test_what_does_not_run_is_listed_and_not_counted():
    made = plan_day([planned(60, kind="paused")], DAY, BEFORE)
    assert (made.total, made.frequent[0][1]) == (0, 1440)


def test_no_more_than_are_left():
    assert plan_day([planned(60, runs_left=3)], DAY, DAY.begins).total == 3
    gone = plan_day([planned(60, runs_left=3)], DAY, DAY.begins - timedelta(hours=1))
    assert gone.total == 0


def test_the_numbers_of_the_runs_of_a_day():
    now = DAY.begins + timedelta(hours=13)
    made = plan_day([planned("44 4,10,16,22 * * *")], DAY, now)
    assert [(entry.number, entry.of) for entry in made.entries] == [(3, 4), (4, 4)]

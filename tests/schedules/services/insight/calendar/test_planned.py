"""The runs to come: counted in each quarter, and by name where they are rare."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.services.insight.calendar.planned import plan
from schedules.services.insight.local_days import local_days
from schedules.timing import CronTiming, IntervalTiming, between, count, occurrence_note
from tests.effort import some
from tests.schedules.services.insight.calendar.plans import (
    BEFORE,
    LAST,
    SPRING,
    planned,
)
from tests.schedules.timing.sequences import MICROSECOND, at
from tests.schedules.timing.test_properties import (
    UNTIMED,
    cron_timings,
    interval_timings,
)

# Each looks at four weeks.
FEW = settings(UNTIMED, max_examples=some(25))


def names(made, number):
    day = made.days[number]
    return [
        f"{day.wall(entry.at):%H:%M} {entry.name} {entry.kind}"
        for entry in made.entries[number]
    ]


@FEW
@given(st.lists(cron_timings() | interval_timings, max_size=4), st.integers(0, 28 * 96))
def test_each_run_after_now_is_counted_on_its_day(timings, quarters):
    now = SPRING[0].begins + quarters * timedelta(minutes=15) + timedelta(seconds=77)
    made = plan([planned(timing) for timing in timings], SPRING, now)
    for number, day in enumerate(SPRING):
        after = max(now, day.begins - MICROSECOND)
        left = (count(t, after, day.ends - MICROSECOND) for t in timings)
        assert sum(made.of_day(number)) == sum(left)


@FEW
@given(cron_timings())
def test_what_is_rare_is_named_at_each_of_its_times(timing):
    made = plan([planned(timing)], SPRING, BEFORE)
    for number, day in enumerate(SPRING):
        ticks = between(timing, day.begins - MICROSECOND, day.ends - MICROSECOND, 2000)
        moved = {
            tick for tick in ticks if occurrence_note(timing, tick) == "moved_by_gap"
        }
        entries = made.entries[number]
        assert {entry.at for entry in entries if entry.moved_from} == moved
        if not made.rare:
            assert {entry.at for entry in entries} == moved
        elif len(ticks) <= 4:
            assert [entry.at for entry in entries] == ticks
        else:
            assert entries[0].at == ticks[0]
            assert sum(entry.runs for entry in entries) == len(ticks)


def test_only_what_runs_on_fewer_than_five_days_a_week_is_named():
    daily, weekly = planned("0 4 * * *", "daily"), planned("0 4 * * sun", "weekly")
    workdays, four = planned("0 5 * * 1-5", "workdays"), planned("0 6 * * 1-4", "four")
    made = plan([daily, weekly, workdays, four], SPRING, BEFORE)
    assert made.rare == {weekly.id, four.id}
    assert names(made, 0) == ["06:00 four active"]
    assert names(made, 6) == ["04:00 weekly active"]
    assert sum(made.quarters) == 28 + 4 + 20 + 16


def test_what_is_new_is_judged_by_the_days_since_it_began():
    new = IntervalTiming(86_400, SPRING[20].begins)
    weekly = IntervalTiming(7 * 86_400, SPRING[20].begins)
    made = plan([planned(new, "new"), planned(weekly, "weekly")], SPRING, BEFORE)
    assert [len(entries) for entries in made.entries[19:23]] == [0, 1, 0, 0]
    assert len(made.rare) == 1
    assert sum(made.quarters) == 8 + 2


def test_what_is_paused_or_needs_approval_is_named_and_not_counted():
    resting = planned("0 7 * * *", "digest", kind="paused")
    asked = planned("0 9 * * *", "chase", kind="proposed")
    made = plan([resting, asked], SPRING, BEFORE)
    assert names(made, 3) == ["07:00 digest paused", "09:00 chase proposed"]
    assert sum(made.quarters) == 0


def test_a_clock_change_names_also_what_runs_daily():
    export = planned("30 2 * * *", "export")
    made = plan([export, planned("0 3 * * *", "other")], SPRING, BEFORE)
    (entry,) = made.entries[-1]
    assert (entry.name, f"{entry.moved_from:%H:%M}") == ("export", "02:30")
    assert entry.at == at("2026-03-29T01:00")
    assert made.moved == [0] * 27 + [1]
    assert not any(made.entries[:-1])


def test_schedules_that_begin_together_are_one_entry():
    same = [planned("0 2 * * sun", f"job {n}") for n in range(38)]
    others = [planned("30 3 * * sun", name) for name in ("left", "right")]
    made = plan([*same, *others], SPRING, BEFORE)
    many, left, right = made.entries[6]
    assert (many.schedules, many.runs) == (38, 38)
    assert (left.name, right.name) == ("left", "right")
    moved = made.entries[-1]
    assert [(e.schedules, e.moved_from is not None) for e in moved] == [
        (38, True),
        (1, False),
        (1, False),
    ]


def test_many_runs_on_a_rare_day_are_one_entry():
    made = plan([planned("*/5 * * * sun", "sunday")], SPRING, BEFORE)
    (entry,) = made.entries[6]
    assert (entry.runs, entry.at) == (288, SPRING[6].begins)
    now = SPRING[6].begins + timedelta(hours=12)
    (entry,) = plan([planned("*/5 * * * sun")], SPRING, now).entries[6]
    assert (entry.runs, entry.at) == (143, now + timedelta(minutes=5))


def test_each_of_a_few_runs_on_a_day_has_its_number():
    made = plan([planned("44 4,16,22 * * mon", "sweep")], SPRING, BEFORE)
    assert [(entry.number, entry.of) for entry in made.entries[0]] == [
        (1, 3),
        (2, 3),
        (3, 3),
    ]


def test_no_more_runs_than_are_left():
    made = plan([planned("0 4 * * *", "twice more", runs_left=2)], SPRING, BEFORE)
    assert [len(entries) for entries in made.entries[:4]] == [1, 1, 0, 0]
    assert sum(made.quarters) == 2
    assert sum(plan([planned(60, runs_left=0)], SPRING, BEFORE).quarters) == 0


def test_what_is_past_is_not_planned():
    made = plan([planned("0 4 * * sun")], SPRING, LAST.ends)
    assert not any(made.entries)
    assert sum(made.quarters) == 0


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Australia/Lord_Howe", "UTC"])
def test_days_are_those_of_the_zone_of_the_person(zone):
    days = local_days(SPRING[0].date, 7, zone)
    made = plan([planned(CronTiming("0 0 * * 3", zone), "midnight")], days, BEFORE)
    assert [len(entries) for entries in made.entries] == [0, 0, 1, 0, 0, 0, 0]
    assert names(made, 2) == ["00:00 midnight active"]

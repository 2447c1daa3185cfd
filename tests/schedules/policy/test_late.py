"""Which due ticks are live, which late ones are caught up, and which are missed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schedules.policy.types import OpenRuns
from schedules.timing import CronTiming, due_at
from tests.schedules.policies import (
    MINUTE,
    NOON,
    NOTHING,
    RUNNING,
    decided,
    every_minute,
    minute,
    rules,
    told,
)

LIVE_LIMIT = 0.5  # minutes
JUST = 1 / 60_000_000  # a microsecond
CATCHUPS = ["latest", "all", "none"]


@pytest.mark.parametrize("catchup", CATCHUPS)
@pytest.mark.parametrize("late", [0, JUST, LIVE_LIMIT])
def test_the_newest_due_tick_is_live_for_thirty_seconds(
    catchup: str, late: float
) -> None:
    decision = decided(1 + late, catchup=catchup, catchup_window=timedelta(0))
    assert told(decision.rows) == ["1 pending"]
    assert decision.fired == 1
    assert minute(decision.frontier) == minute(decision.next_run_at) == "2"


@pytest.mark.parametrize(
    ("catchup", "expected"),
    [
        ("latest", "1 catch_up pending"),
        ("all", "1 catch_up pending"),
        ("none", "1 missed policy"),
    ],
)
def test_later_than_that_it_is_late(catchup: str, expected: str) -> None:
    assert told(decided(1 + LIVE_LIMIT + JUST, catchup=catchup).rows) == [expected]


def test_nothing_is_decided_before_its_time() -> None:
    decision = decided(1 - JUST)
    assert decision.rows == []
    assert minute(decision.frontier) == minute(decision.next_run_at) == "1"
    assert decision.fired == 0
    assert not decision.ended


@pytest.mark.parametrize(
    ("catchup", "expected"),
    [
        ("latest", ["1-9 x9 missed policy", "10 catch_up pending"]),
        ("none", ["1-10 x10 missed policy"]),
    ],
)
def test_of_late_ticks_the_newest_or_none_runs(
    catchup: str, expected: list[str]
) -> None:
    assert told(decided(10.75, catchup=catchup).rows) == expected


def test_a_live_tick_and_the_newest_late_one_both_run() -> None:
    """The live one fires under any policy; of the late ones the newest is caught up."""
    rows = told(decided(10, catchup="latest").rows)
    assert rows == ["1-8 x8 missed policy", "9 catch_up waiting", "10 pending"]


def test_all_late_ticks_run_one_at_a_time_oldest_first() -> None:
    rows = told(decided(3.75, catchup="all").rows)
    assert rows == ["1 catch_up pending", "2 catch_up waiting", "3 catch_up waiting"]


def test_with_overlap_allow_all_late_ticks_run_at_once() -> None:
    rows = told(decided(3, catchup="all", overlap="allow").rows)
    assert rows == ["1 catch_up pending", "2 catch_up pending", "3 pending"]


@pytest.mark.parametrize("overlap", ["skip", "queue", "replace"])
def test_under_all_the_live_tick_is_last_in_line(overlap: str) -> None:
    rows = told(decided(3, catchup="all", overlap=overlap).rows)
    waiting = ["2 catch_up waiting", "3 catch_up waiting"]
    assert rows == ["1 catch_up pending", *waiting]


def test_a_hundred_late_ticks_and_the_live_one_fit_where_nothing_is_open() -> None:
    decision = decided(101, catchup="all", catchup_window=timedelta(days=1))
    assert (len(decision.rows), decision.fired) == (101, 101)


def test_behind_an_open_run_the_live_tick_may_find_the_line_full() -> None:
    ruled = {"catchup": "all", "catchup_window": timedelta(days=1)}
    decision = decided(101, RUNNING, overlap="replace", **ruled)
    assert told(decision.rows[-2:]) == ["100 catch_up waiting", "101 skipped overlap"]
    assert (decision.fired, decision.replaces) == (100, False)


def test_a_second_outage_adds_no_more_late_ticks_than_the_line_has_room_for() -> None:
    draining = OpenRuns(running=1, catching_up=1, waiting_late=97)
    rows = told(decided(5.75, draining, catchup="all").rows)
    assert rows == ["1-2 x2 missed policy"] + [
        f"{n} catch_up waiting" for n in (3, 4, 5)
    ]


@pytest.mark.parametrize(
    "open_runs", [RUNNING, OpenRuns(waiting_live=1), OpenRuns(waiting_late=1)]
)
def test_late_ticks_wait_behind_what_is_open_or_waits_already(
    open_runs: OpenRuns,
) -> None:
    rows = told(decided(1.75, open_runs, catchup="all").rows)
    assert rows == ["1 catch_up waiting"]


def test_of_more_than_a_hundred_late_ticks_the_newest_hundred_run() -> None:
    decision = decided(150.75, catchup="all", catchup_window=timedelta(days=1))
    assert told(decision.rows[:2]) == ["1-50 x50 missed policy", "51 catch_up pending"]
    assert told(decision.rows[-1:]) == ["150 catch_up waiting"]
    assert len(decision.rows) == 101
    assert decision.fired == 100


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        # exactly as old as the window is not older than it
        (12, ["1 missed window", "2 catch_up pending", "3 catch_up waiting"]),
        (12 + JUST, ["1-2 x2 missed window", "3 catch_up pending"]),
    ],
)
def test_a_tick_older_than_the_window_is_missed_whatever_the_policy(
    at: float, expected: list[str]
) -> None:
    decision = decided(at, catchup="all", catchup_window=10 * MINUTE)
    assert told(decision.rows)[: len(expected)] == expected


@pytest.mark.parametrize("catchup", CATCHUPS)
def test_with_no_window_every_late_tick_is_missed(catchup: str) -> None:
    decision = decided(3.75, catchup=catchup, catchup_window=timedelta(0))
    assert told(decision.rows) == ["1-3 x3 missed window"]
    assert decision.fired == 0


def test_a_year_away_is_one_row_counted_exactly_and_quickly() -> None:
    timing = CronTiming("* * * * *", "Europe/Berlin")
    decision = decided(
        525_600.75, timing=timing, catchup="none", catchup_window=timedelta(0)
    )
    assert told(decision.rows) == ["1-525600 x525600 missed window"]


def test_a_clock_that_was_set_back_repeats_no_tick() -> None:
    fired = decided(5)
    assert minute(fired.frontier) == "6"
    assert decided(3, first=6).rows == []
    assert told(decided(6, first=6).rows) == ["6 pending"]


def test_with_jitter_a_tick_keeps_its_nominal_time_and_fires_at_its_own_delay() -> None:
    ruled = rules(jitter_seconds=50)
    tick = NOON + MINUTE
    due = due_at(ruled.timing, tick, seed="seed", jitter_seconds=50)
    assert tick < due < tick + 50 * MINUTE / 60
    early = (due - NOON) / MINUTE - JUST
    assert decided(early, jitter_seconds=50).next_run_at == due
    (row,) = decided((due - NOON) / MINUTE, jitter_seconds=50).rows
    assert (row.scheduled_for, row.due_at, row.status) == (tick, due, "pending")


def test_the_age_of_a_tick_counts_from_its_jittered_time() -> None:
    due = rules(jitter_seconds=50).due_at(NOON + MINUTE)
    at = (due - NOON) / MINUTE + LIVE_LIMIT
    (row,) = decided(at, jitter_seconds=50, catchup="none").rows
    assert row.status == "pending"


def test_jitter_never_reaches_the_next_tick() -> None:
    ruled = rules(jitter_seconds=86_400)
    for number in range(1, 200):
        tick = NOON + number * MINUTE
        assert tick <= ruled.due_at(tick) < tick + MINUTE


def test_ticks_outside_start_and_end_are_none() -> None:
    timing = every_minute(start_at=NOON + 3 * MINUTE, end_at=NOON + 5 * MINUTE)
    decision = decided(9, NOTHING, first=3, timing=timing, catchup="all")
    assert told(decision.rows) == [
        "3 catch_up pending",
        "4 catch_up waiting",
        "5 catch_up waiting",
    ]
    assert decision.ended == "end_reached"

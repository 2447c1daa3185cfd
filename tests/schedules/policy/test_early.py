"""Ticks that ran early are passed over, and a schedule finds its place again. Pure."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.policy import recovery
from schedules.policy.decide import decide
from schedules.policy.early import next_run, passing_over
from schedules.policy.types import Decision, Rules
from tests.schedules.policies import (
    MINUTE,
    NOON,
    NOTHING,
    every_minute,
    minute,
    once,
    rules,
    told,
)


def at(*minutes: int) -> set[datetime]:
    return {NOON + number * MINUTE for number in minutes}


def decided(
    by: float, early: set[datetime], **chosen: object
) -> tuple[Rules, Decision]:
    found = rules(**chosen)
    decision = decide(found, NOON + MINUTE, NOTHING, now=NOON + by * MINUTE)
    return found, passing_over(found, decision, early)


def test_a_range_is_divided_around_them() -> None:
    _, decision = decided(9.75, at(1, 4, 5, 9), catchup="none")
    assert told(decision.rows) == [
        "2-3 x2 missed policy",
        "6-8 x3 missed policy",
    ]
    assert minute(decision.frontier) == "10"


def test_what_ran_early_does_not_fire_again_and_counts_once() -> None:
    _, decision = decided(3, at(3), catchup="none")
    assert told(decision.rows) == ["1-2 x2 missed policy"]
    assert decision.fired == 0
    _, decision = decided(3, at(2), catchup="all")
    assert told(decision.rows) == ["1 catch_up pending", "3 catch_up waiting"]
    assert decision.fired == 2


def test_who_is_next_takes_the_place_of_what_ran_early() -> None:
    _, decision = decided(4, at(1, 2), catchup="all")
    assert told(decision.rows) == ["3 catch_up pending", "4 catch_up waiting"]


def test_a_tick_of_another_timing_divides_nothing() -> None:
    _, decision = decided(3.75, {NOON + 2.5 * MINUTE}, catchup="none")
    assert told(decision.rows) == ["1-3 x3 missed policy"]


def test_a_limit_that_only_the_passed_tick_would_reach_is_not_reached() -> None:
    _, decision = decided(1, at(1), runs_left=1)
    assert decision.ended == ""
    assert decision.fired == 0


def test_a_once_that_ran_early_is_completed() -> None:
    _, decision = decided(9, at(1), timing=once(), catchup="none")
    assert (decision.rows, decision.ended) == ([], "completed")


def test_the_next_run_is_that_of_the_first_tick_that_did_not_run() -> None:
    assert minute(next_run(rules(), NOON + MINUTE, at(1, 2, 4))) == "3"
    ends = rules(timing=every_minute(end_at=NOON + 2 * MINUTE))
    assert minute(next_run(ends, NOON + MINUTE, at(1, 2))) == "2"
    assert next_run(rules(), None, at(1)) is None


@given(
    early=st.sets(st.integers(1, 60)),
    by=st.integers(4, 240).map(lambda quarters: quarters / 4),
    catchup=st.sampled_from(["latest", "all", "none"]),
    window=st.integers(0, 60),
)
def test_every_tick_is_in_the_ledger_once(
    early: set[int], by: float, catchup: str, window: int
) -> None:
    _, decision = decided(
        by, at(*early), catchup=catchup, catchup_window=window * MINUTE
    )
    held = [
        (row.scheduled_for - NOON) // MINUTE + offset
        for row in decision.rows
        for offset in range(row.tick_count)
    ]
    expected = set(range(1, int(by) + 1)) - early
    assert sorted(held) == sorted(expected)


@pytest.mark.parametrize(
    ("first", "now", "cut"),
    [(1, 3.5, ("3", 3)), (1, 3, ("3", 3)), (1, 1.5, ("none", 1)), (1, 1, ("none", 1))],
)
def test_a_range_is_cut_at_the_last_tick_that_has_come(
    first: int, now: float, cut: tuple[str, int]
) -> None:
    end, ticks = recovery.cut(
        every_minute(), NOON + first * MINUTE, now=NOON + now * MINUTE
    )
    assert (minute(end), ticks) == cut


@pytest.mark.parametrize(
    ("chosen", "early", "ended", "place"),
    [
        ({}, set(), False, ("4", "4", True)),
        ({}, at(4, 5), False, ("4", "6", True)),
        ({}, set(), True, ("4", "4", True)),
        ({"runs_left": 0}, set(), True, ("4", "4", False)),
        ({"runs_left": 1}, set(), True, ("4", "4", True)),
        ({"timing": once(9)}, set(), True, ("9", "9", True)),
        ({"timing": once(9)}, at(9), True, None),
        ({"timing": once(1)}, set(), True, None),
    ],
)
def test_where_a_schedule_stands_by_the_right_clock(
    chosen: dict[str, object],
    early: set[datetime],
    ended: bool,  # noqa: FBT001 a parameter
    place: tuple[str, str, bool] | None,
) -> None:
    found = recovery.place(rules(**chosen), early, now=NOON + 3.5 * MINUTE, ended=ended)
    assert place == (
        found and (minute(found.frontier), minute(found.next_run_at), found.active)
    )

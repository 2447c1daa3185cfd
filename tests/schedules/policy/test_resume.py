"""What becomes of the ticks that passed while a schedule was paused, or before an edit."""

from __future__ import annotations

import pytest

from schedules.policy.decide import passed_over
from schedules.policy.types import OpenRuns
from tests.schedules.policies import (
    MINUTE,
    NOON,
    NOTHING,
    RUNNING,
    every_minute,
    minute,
    once,
    resumed,
    rules,
    told,
)


@pytest.mark.parametrize(
    ("catch_up", "expected"),
    [
        ("none", ["1-4 x4 skipped paused"]),
        ("latest", ["1-3 x3 skipped paused", "4 catch_up pending"]),
        (
            "all",
            ["1 catch_up pending"] + [f"{n} catch_up waiting" for n in (2, 3, 4)],
        ),
    ],
)
def test_resuming_runs_what_was_asked_for_and_records_the_rest(
    catch_up: str, expected: list[str]
) -> None:
    decision = resumed(4.5, catch_up)
    assert told(decision.rows) == expected
    assert minute(decision.frontier) == minute(decision.next_run_at) == "5"


def test_even_a_tick_that_would_be_live_is_not_fired_by_surprise() -> None:
    assert told(resumed(1, "none").rows) == ["1 skipped paused"]


def test_the_schedules_own_window_does_not_bound_what_was_asked_for() -> None:
    assert told(resumed(300.5, "latest").rows)[-1] == "300 catch_up pending"


def test_all_means_the_newest_hundred() -> None:
    decision = resumed(250.5, "all")
    assert told(decision.rows[:2]) == [
        "1-150 x150 skipped paused",
        "151 catch_up pending",
    ]
    assert decision.fired == 100


@pytest.mark.parametrize(
    ("open_runs", "overlap", "status"),
    [
        (NOTHING, "skip", "pending"),
        (RUNNING, "skip", "waiting"),
        (RUNNING, "allow", "pending"),
    ],
)
def test_caught_up_ticks_wait_behind_an_open_run(
    open_runs: OpenRuns, overlap: str, status: str
) -> None:
    decision = resumed(1.5, "latest", open_runs, overlap=overlap)
    assert told(decision.rows) == [f"1 catch_up {status}"]


def test_the_limit_bounds_what_is_caught_up() -> None:
    decision = resumed(5.5, "all", runs_left=2)
    assert told(decision.rows) == [
        "1-3 x3 skipped paused",
        "4 catch_up pending",
        "5 catch_up waiting",
    ]
    assert (decision.fired, decision.ended) == (2, "limit_reached")


def test_nothing_passed_and_nothing_is_recorded() -> None:
    decision = resumed(0.5, "all")
    assert decision.rows == []
    assert (minute(decision.frontier), decision.ended) == ("1", "")


def test_with_nothing_left_it_ends() -> None:
    timing = every_minute(end_at=NOON + 2 * MINUTE)
    decision = resumed(9, "none", timing=timing)
    assert told(decision.rows) == ["1-2 x2 skipped paused"]
    assert (decision.frontier, decision.ended) == (None, "end_reached")


@pytest.mark.parametrize(
    ("catch_up", "ended"), [("none", "missed"), ("latest", "completed")]
)
def test_a_once_that_passed_is_missed_or_caught_up(catch_up: str, ended: str) -> None:
    assert resumed(9, catch_up, timing=once()).ended == ended


def test_an_edit_records_the_ticks_that_passed() -> None:
    row = passed_over(rules(), NOON + MINUTE, now=NOON + 3.5 * MINUTE, reason="edited")
    assert row is not None
    assert told([row]) == ["1-3 x3 skipped edited"]


def test_an_edit_before_the_first_tick_records_nothing() -> None:
    assert passed_over(rules(), NOON + MINUTE, now=NOON, reason="edited") is None
    assert passed_over(rules(), None, now=NOON, reason="edited") is None


def test_an_edit_between_a_tick_and_its_jitter_records_the_tick() -> None:
    """The new epoch begins now: neither it nor the old one would hold the tick."""
    ruled = rules(jitter_seconds=50)
    tick = NOON + MINUTE
    assert ruled.due_at(tick) > tick
    row = passed_over(ruled, tick, now=tick, reason="edited")
    assert row is not None
    assert told([row]) == ["1 skipped edited"]

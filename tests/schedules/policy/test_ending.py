"""When a schedule comes to its end by itself, and when a failed attempt is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schedules.policy.decide import retry_at
from tests.schedules.policies import (
    MINUTE,
    NOON,
    RUNNING,
    decided,
    every_minute,
    minute,
    once,
    told,
)


def test_the_last_run_that_the_limit_allows_ends_it() -> None:
    decision = decided(1, runs_left=1)
    assert told(decision.rows) == ["1 pending"]
    assert decision.ended == "limit_reached"
    assert decided(1, runs_left=2).ended == ""


def test_a_skipped_tick_does_not_count_for_the_limit() -> None:
    decision = decided(1, RUNNING, runs_left=1)
    assert told(decision.rows) == ["1 skipped overlap"]
    assert (decision.fired, decision.ended) == (0, "")


def test_missed_ticks_do_not_count_for_the_limit() -> None:
    decision = decided(5.75, runs_left=2, catchup="none")
    assert (decision.fired, decision.ended) == (0, "")


def test_caught_up_ticks_count_and_what_exceeds_the_limit_is_one_skipped_row() -> None:
    decision = decided(5, runs_left=3, catchup="all")
    assert told(decision.rows) == [
        "1 catch_up pending",
        "2 catch_up waiting",
        "3 catch_up waiting",
        "4-5 x2 skipped limit",
    ]
    assert (decision.fired, decision.ended) == (3, "limit_reached")


def test_under_allow_the_live_tick_counts_before_those_that_are_caught_up() -> None:
    decision = decided(5, runs_left=3, catchup="all", overlap="allow")
    assert told(decision.rows) == [
        "1 catch_up pending",
        "2 catch_up pending",
        "3-4 x2 skipped limit",
        "5 pending",
    ]
    assert (decision.fired, decision.ended) == (3, "limit_reached")


def test_the_tick_at_the_end_still_fires_and_none_after_it() -> None:
    timing = every_minute(end_at=NOON + 2 * MINUTE)
    first, last = decided(1, timing=timing), decided(2, first=2, timing=timing)
    assert (minute(first.frontier), first.ended) == ("2", "")
    assert told(last.rows) == ["2 pending"]
    assert (last.frontier, last.next_run_at, last.ended) == (None, None, "end_reached")


def test_a_once_is_completed_when_it_fired() -> None:
    assert decided(1, timing=once()).ended == "completed"


def test_a_once_with_a_limit_of_one_is_completed_too() -> None:
    assert decided(1, timing=once(), runs_left=1).ended == "completed"


def test_a_late_once_is_caught_up_inside_its_window() -> None:
    decision = decided(31, timing=once())
    assert told(decision.rows) == ["1 catch_up pending"]
    assert decision.ended == "completed"


@pytest.mark.parametrize(("at", "catchup"), [(61.75, "latest"), (2, "none")])
def test_a_once_that_was_missed_says_so(at: float, catchup: str) -> None:
    decision = decided(at, timing=once(), catchup=catchup)
    assert decision.ended == "missed"
    assert (decision.frontier, decision.fired) == (None, 0)


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600)]
)
def test_the_pause_before_a_retry_doubles_up_to_an_hour(
    attempt: int, seconds: int
) -> None:
    at = retry_at(attempt=attempt, max_retries=100, backoff_seconds=30, now=NOON)
    assert at == NOON + timedelta(seconds=seconds)


def test_no_attempt_is_left_after_the_last_retry() -> None:
    assert retry_at(attempt=1, max_retries=0, backoff_seconds=30, now=NOON) is None
    assert retry_at(attempt=3, max_retries=3, backoff_seconds=0, now=NOON) == NOON
    assert retry_at(attempt=4, max_retries=3, backoff_seconds=0, now=NOON) is None


def test_the_hundredth_attempt_waits_an_hour_at_most() -> None:
    at = retry_at(attempt=100, max_retries=100, backoff_seconds=3600, now=NOON)
    assert at == NOON + timedelta(hours=1)

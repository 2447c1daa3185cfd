"""What becomes of a live tick that comes while a run is open."""

from __future__ import annotations

import pytest

from schedules.policy.types import OpenRuns, Overlapped
from tests.schedules.policies import (
    NOTHING,
    PENDING,
    RETRYING,
    RUNNING,
    RUNNING_AND_WAITING,
    decided,
    told,
)

CATCHING_UP = OpenRuns(running=1, catching_up=1)
OF_A_BACKLOG = [
    CATCHING_UP,
    OpenRuns(pending=1, catching_up=1, waiting_late=98),
    OpenRuns(retrying=1, catching_up=1),
    OpenRuns(running=1, waiting_live=1, waiting_late=2),
    OpenRuns(waiting_late=1),
]


@pytest.mark.parametrize("overlap", ["skip", "queue", "allow", "replace"])
def test_with_nothing_open_it_starts(overlap: str) -> None:
    assert told(decided(1, NOTHING, overlap=overlap).rows) == ["1 pending"]


@pytest.mark.parametrize(
    ("overlap", "open_runs", "expected"),
    [
        ("skip", PENDING, "1 skipped overlap"),
        ("skip", RUNNING, "1 skipped overlap"),
        ("skip", RETRYING, "1 skipped overlap"),
        ("queue", PENDING, "1 waiting"),
        ("queue", RUNNING, "1 waiting"),
        ("queue", RUNNING_AND_WAITING, "1 skipped overlap"),
        # The one place of `queue` is for a live tick.
        ("queue", OpenRuns(running=1, waiting_late=1), "1 waiting"),
        ("allow", RUNNING, "1 pending"),
        ("allow", RUNNING_AND_WAITING, "1 pending"),
        ("replace", PENDING, "1 pending"),
        ("replace", RUNNING, "1 waiting"),
        ("replace", RUNNING_AND_WAITING, "1 waiting"),
    ],
)
@pytest.mark.parametrize("catchup", ["latest", "none"])
def test_with_a_run_open_the_policy_decides(
    overlap: str, open_runs: OpenRuns, expected: str, catchup: str
) -> None:
    decision = decided(1, open_runs, overlap=overlap, catchup=catchup)
    assert told(decision.rows) == [expected]
    assert decision.replaces is (overlap == "replace")
    assert decision.fired == (0 if "skipped" in expected else 1)


@pytest.mark.parametrize("overlap", ["skip", "queue", "replace"])
@pytest.mark.parametrize("open_runs", OF_A_BACKLOG)
def test_under_all_a_live_tick_joins_the_backlog_that_drains(
    overlap: str, open_runs: OpenRuns
) -> None:
    decision = decided(1, open_runs, overlap=overlap, catchup="all")
    assert told(decision.rows) == ["1 catch_up waiting"]
    assert (decision.fired, decision.replaces) == (1, False)


@pytest.mark.parametrize(
    ("overlap", "open_runs", "expected"),
    [
        ("skip", RUNNING, "1 skipped overlap"),
        ("queue", RUNNING, "1 waiting"),
        ("queue", RUNNING_AND_WAITING, "1 skipped overlap"),
        ("replace", RUNNING, "1 waiting"),
    ],
)
def test_under_all_the_policy_decides_where_there_is_no_backlog(
    overlap: str, open_runs: OpenRuns, expected: str
) -> None:
    decision = decided(1, open_runs, overlap=overlap, catchup="all")
    assert told(decision.rows) == [expected]


@pytest.mark.parametrize("overlap", ["skip", "queue", "replace"])
def test_a_full_line_takes_no_more_live_ticks(overlap: str) -> None:
    full = OpenRuns(running=1, catching_up=1, waiting_live=1, waiting_late=99)
    decision = decided(1, full, overlap=overlap, catchup="all")
    (row,) = decision.rows
    assert (row.origin, row.status, row.reason) == ("schedule", "skipped", "overlap")
    assert row.overlapped == Overlapped("max_waiting", 1, 0, 0, 100)
    assert (decision.fired, decision.replaces) == (0, False)


@pytest.mark.parametrize(
    ("open_runs", "limit", "status"),
    [
        (OpenRuns(pending=1, running=1), 3, "pending"),
        (OpenRuns(pending=1, running=1), 2, "skipped"),
        (OpenRuns(retrying=2), 2, "skipped"),
        # Raised down to less than is open.
        (OpenRuns(running=9), 2, "skipped"),
        (OpenRuns(running=1), 1, "skipped"),
        (OpenRuns(running=10**6), 0, "pending"),
        # Neither what waits nor a backfill is open.
        (OpenRuns(running=1, waiting_late=5, open_backfills=5), 2, "pending"),
    ],
)
@pytest.mark.parametrize("catchup", ["latest", "all", "none"])
def test_overlap_policy_allow_is_limited_by_max_open_runs(
    open_runs: OpenRuns, limit: int, status: str, catchup: str
) -> None:
    decision = decided(
        1, open_runs, overlap="allow", max_open_runs=limit, catchup=catchup
    )
    (row,) = decision.rows
    assert row.status == status
    assert (row.overlapped is not None) is (status == "skipped")


@pytest.mark.parametrize("overlap", ["skip", "queue", "replace"])
def test_the_limit_is_that_of_allow_only(overlap: str) -> None:
    one = decided(1, NOTHING, overlap=overlap, max_open_runs=1)
    assert told(one.rows) == ["1 pending"]


def test_late_ticks_under_allow_wait_for_places() -> None:
    rows = told(
        decided(
            4, PENDING, overlap="allow", max_open_runs=3, catchup="all", first=1
        ).rows
    )
    assert rows == [
        "1 catch_up pending",
        "2 catch_up waiting",
        "3 catch_up waiting",
        "4 pending",
    ]


def test_late_ticks_under_allow_go_behind_those_that_wait() -> None:
    full = OpenRuns(running=3, catching_up=3, waiting_late=1)
    rows = told(
        decided(1.75, full, overlap="allow", max_open_runs=4, catchup="all").rows
    )
    assert rows == ["1 catch_up waiting"]


@pytest.mark.parametrize(
    ("open_runs", "expected"),
    [
        (PENDING, Overlapped("policy", 0, 1, 0, 0)),
        (RUNNING, Overlapped("policy", 1, 0, 0, 0)),
        (RETRYING, Overlapped("policy", 0, 0, 1, 0)),
    ],
)
def test_a_skipped_tick_says_what_was_open(
    open_runs: OpenRuns, expected: Overlapped
) -> None:
    (row,) = decided(1, open_runs, overlap="skip").rows
    assert row.overlapped == expected


def test_late_ticks_replace_nothing() -> None:
    decision = decided(1.75, RUNNING, overlap="replace")
    assert told(decision.rows) == ["1 catch_up waiting"]
    assert not decision.replaces


def test_a_tick_that_the_limit_skips_replaces_nothing() -> None:
    decision = decided(1, RUNNING, overlap="replace", runs_left=0)
    assert told(decision.rows) == ["1 skipped limit"]
    assert not decision.replaces

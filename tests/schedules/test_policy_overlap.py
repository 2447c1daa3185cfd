"""What becomes of a live tick that comes while a run is open."""

from __future__ import annotations

import pytest

from schedules.decisions import OpenRuns
from tests.schedules.policies import (
    NOTHING,
    PENDING,
    RUNNING,
    RUNNING_AND_QUEUED,
    decided,
    told,
)


@pytest.mark.parametrize("overlap", ["skip", "queue", "allow", "replace"])
def test_with_nothing_open_it_starts(overlap: str) -> None:
    assert told(decided(1, NOTHING, overlap=overlap).rows) == ["1 pending"]


@pytest.mark.parametrize(
    ("overlap", "open_runs", "expected"),
    [
        ("skip", PENDING, "1 skipped overlap"),
        ("skip", RUNNING, "1 skipped overlap"),
        ("queue", PENDING, "1 waiting"),
        ("queue", RUNNING, "1 waiting"),
        ("queue", RUNNING_AND_QUEUED, "1 skipped overlap"),
        ("allow", RUNNING, "1 pending"),
        ("allow", RUNNING_AND_QUEUED, "1 pending"),
        ("replace", PENDING, "1 pending"),
        ("replace", RUNNING, "1 waiting"),
        ("replace", RUNNING_AND_QUEUED, "1 waiting"),
    ],
)
def test_with_a_run_open_the_policy_decides(
    overlap: str, open_runs: OpenRuns, expected: str
) -> None:
    decision = decided(1, open_runs, overlap=overlap)
    assert told(decision.rows) == [expected]
    assert decision.replaces is (overlap == "replace")
    assert decision.fired == (0 if "skipped" in expected else 1)


def test_late_ticks_replace_nothing() -> None:
    decision = decided(1.75, RUNNING, overlap="replace")
    assert told(decision.rows) == ["1 catch_up waiting"]
    assert not decision.replaces


def test_a_tick_that_the_limit_skips_replaces_nothing() -> None:
    decision = decided(1, RUNNING, overlap="replace", runs_left=0)
    assert told(decision.rows) == ["1 skipped limit"]
    assert not decision.replaces

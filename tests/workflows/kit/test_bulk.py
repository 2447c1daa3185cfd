"""One act on many rows: each has its own outcome, and each a turn of its own."""

from __future__ import annotations

import time

import pytest
from django.db import OperationalError, connection

from workflows.exceptions import ExecutionFinished
from workflows.kit.bulk import one_by_one

pytestmark = pytest.mark.django_db


def test_each_is_done_only_when_its_outcome_is_asked_for() -> None:
    done: list[int] = []
    outcomes = one_by_one([1, 2, 3], done.append)
    assert done == []
    assert next(outcomes).item == 1
    assert done == [1]


def test_one_that_is_refused_or_broken_stops_no_other() -> None:
    def act(item: int) -> str:
        if item == 1:
            raise ExecutionFinished
        if item == 2:
            raise KeyError("secret")
        return "done"

    refused, broken, done = one_by_one([1, 2, 3], act)
    assert refused.refusal
    assert refused.refusal.code == "execution_ended"
    assert broken.refusal
    assert broken.refusal.http_status == 500
    assert "secret" not in broken.refusal.in_full
    assert (done.result, done.refusal) == ("done", None)


def test_nobody_waits_twice_for_a_database_that_is_away() -> None:
    tried: list[int] = []

    def act(item: int) -> None:
        tried.append(item)
        if item == 2:
            raise OperationalError("database is locked")

    codes = [
        outcome.refusal and outcome.refusal.code
        for outcome in one_by_one([1, 2, 3, 4], act)
    ]
    assert codes == [None, "unavailable", "unavailable", "unavailable"]
    assert tried == [1, 2]


def test_on_sqlite_the_lock_is_left_to_others_between_two() -> None:
    def act(_: int) -> float:
        began = time.monotonic()
        time.sleep(0.02)
        return began

    first, second = (outcome.result or 0 for outcome in one_by_one([1, 2], act))
    pause = 0.02 if connection.vendor == "sqlite" else 0
    assert second - first >= 0.02 + pause

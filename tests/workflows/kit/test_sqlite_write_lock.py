"""Who writes many times in a row leaves room for others."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from django.db import connection

from tests.at_once import at_once
from workflows.kit import sqlite_write_lock
from workflows.kit.sqlite_write_lock import brief_write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
WORK_SECONDS = 0.02


def write_often() -> list[tuple[float, float]]:
    """When each of ten turns had the lock."""
    times = []
    for _ in range(10):
        with brief_write():
            began = time.monotonic()
            time.sleep(WORK_SECONDS)
            times.append((began, time.monotonic()))
    return times


def test_on_sqlite_the_lock_stays_free_as_long_as_it_was_held() -> None:
    held = sorted(span for spans in at_once([write_often] * 3) for span in spans)
    free = [begins - ended for (_, ended), (begins, _) in pairwise(held)]
    if connection.vendor == "sqlite":
        assert min(free) >= WORK_SECONDS
    else:
        assert min(free) < 0  # at the same time


def test_a_turn_is_given_back_after_a_failure_too() -> None:
    with pytest.raises(ValueError, match="wrong"), brief_write():
        raise ValueError("wrong")
    assert len(write_often()) == 10


def test_whoever_waits_for_sqlite_asks_within_the_longest_breath() -> None:
    """Its last intervals between two tries are of 0.1 s."""
    assert sqlite_write_lock.LONGEST_PAUSE_SECONDS > 0.1

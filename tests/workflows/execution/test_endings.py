"""How work ended whose process is gone is decided by what was due while it was alive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workflows.execution.endings import CANCELLED, WORKER_LOST, Attempt, Ending, ending
from workflows.execution.guard import LEASE
from workflows.failures import FailureKind

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
KILLED = Ending("failed", "The work process was killed.", FailureKind.CRASH)
STOPPED = Ending("cancelled", "Its job was stopped.")
TIMED_OUT = Ending("failed", "Timed out after 60 s.", FailureKind.TIMEOUT)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def attempt(renewed: float, cancelled: float | None) -> Attempt:
    """One with a time-out of 60 s; times in seconds since its start."""
    asked_at = None if cancelled is None else at(cancelled)
    return Attempt(START, at(60), at(renewed) + LEASE, asked_at)


@pytest.mark.parametrize(
    ("renewed", "cancelled", "seen", "ended"),
    [
        (9, None, 10, KILLED),
        (60, None, 61, TIMED_OUT),
        (54, None, 63.4, TIMED_OUT),
        (9, None, 18.6, WORKER_LOST),
        (9, 10, 11, CANCELLED),
        (9, 10, 18.6, CANCELLED),
        (60, 50, 62, CANCELLED),
        (60, 61, 62, TIMED_OUT),
    ],
)
def test_how_an_attempt_ended_whose_process_has_just_ended(
    renewed, cancelled, seen, ended
):
    tried = attempt(renewed, cancelled)
    assert ending(tried, KILLED, now=at(seen), lease_ended_before=None) == ended


def test_one_that_was_stopped_is_cancelled_however_old_its_lease():
    tried = attempt(9, None)
    assert ending(tried, STOPPED, now=at(18.6), lease_ended_before=None) == STOPPED


@pytest.mark.parametrize(
    ("renewed", "cancelled", "ended"),
    [
        (9, None, WORKER_LOST),
        # Nobody knows when it ended after it was seen for the last time.
        (59, None, WORKER_LOST),
        (59, 60, WORKER_LOST),
        (60, None, TIMED_OUT),
        (9, 8, CANCELLED),
    ],
)
def test_one_whose_lease_ran_out(renewed, cancelled, ended):
    tried, now = attempt(renewed, cancelled), at(90)
    assert ending(tried, WORKER_LOST, now=now, lease_ended_before=now) == ended


def test_one_that_has_renewed_its_lease_meanwhile_lives():
    now = at(19)
    assert not ending(attempt(9, None), KILLED, now=now, lease_ended_before=now)

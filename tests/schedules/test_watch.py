"""A work horse that cannot hold its lease is gone before others may take the run for lost."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from schedules import watch
from schedules.services.claims import Claim, Hold

HOLD_SECONDS = 0.3


@pytest.fixture(autouse=True)
def short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "HOLD_SECONDS", HOLD_SECONDS)
    monkeypatch.setattr(watch, "RENEW_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(watch, "RETRY_SECONDS", 0.1)


def claim() -> Claim:
    deadline = timezone.now() + timedelta(hours=1)
    return Claim(
        run_id=uuid.uuid4(),
        schedule_id=uuid.uuid4(),
        token=uuid.uuid4(),
        attempt=1,
        deadline=deadline,
        timeout_seconds=3600,
        execution_id=None,
    )


def in_a_horse(work: Callable[[], None]) -> tuple[int, float]:
    """The exit status of a process that does the work, and how long it lived."""
    started = time.monotonic()
    if (horse := os.fork()) == 0:
        work()
        os._exit(0)
    _, status = os.waitpid(horse, 0)
    return os.waitstatus_to_exitcode(status), time.monotonic() - started


def work_for(seconds: float) -> Callable[[], None]:
    def work() -> None:
        with watch.watched(claim(), clock=timezone.now):
            time.sleep(seconds)

    return work


def test_a_horse_whose_database_never_answers_ends_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch, "renew_lease", lambda *args, **kwargs: time.sleep(60))
    status, lived = in_a_horse(work_for(20))
    assert status == 1
    assert lived < HOLD_SECONDS + 2


def test_a_horse_whose_database_refuses_ends_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*args: object, **kwargs: object) -> Hold:
        raise DatabaseError("away")

    monkeypatch.setattr(watch, "renew_lease", refuse)
    status, lived = in_a_horse(work_for(20))
    assert status == 1
    assert lived < HOLD_SECONDS + 2


def test_a_horse_that_renews_its_lease_lives_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch, "renew_lease", lambda *args, **kwargs: Hold(held=True))
    assert in_a_horse(work_for(3 * HOLD_SECONDS))[0] == 0


def test_an_outcome_may_take_longer_than_the_lease(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch, "renew_lease", lambda *args, **kwargs: time.sleep(0.5))

    def work() -> None:
        with watch.watched(claim(), clock=timezone.now) as watching:
            watching.work_is_over()
            time.sleep(3 * HOLD_SECONDS)

    # What came back from the database was no hold: its thread ended, and nothing else.
    assert in_a_horse(work)[0] == 0

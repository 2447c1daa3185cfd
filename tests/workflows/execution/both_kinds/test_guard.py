"""A process that cannot hold its lease is gone before others may take its work for lost."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from schedules.services import sweep
from tests.integration.processes import wait_until
from tests.schedules.conftest import NOON
from tests.silent_site import address_of, silent_site
from tests.workflows.execution.both_kinds.kinds import SECOND, Kind
from workflows.execution import guard
from workflows.execution.guard import LEASE, Lease, guarded
from workflows.services import cancel_execution

__all__ = ["silent_site"]
HOLD_SECONDS = 2.0
# For the end of a process on a busy machine.
A_LITTLE = 8.0
both_kinds = pytest.mark.django_db(transaction=True)


@pytest.fixture
def short_lease(looks_often: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """For work in a process of its own, which ends where it cannot hold its lease."""
    monkeypatch.setattr(guard, "HOLD_SECONDS", HOLD_SECONDS)


@pytest.fixture
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "RENEW_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(guard, "RETRY_SECONDS", 0.1)


class Rows:
    """A row in a database that does, when it is asked, what the test says."""

    def __init__(self, answer: Callable[[], object]) -> None:
        self._answer = answer

    def update(self, **values: object) -> int:
        self._answer()
        return 1

    def filter(self, *conditions: object) -> Rows:
        return self

    def exists(self) -> bool:
        return False


def lease(answer: Callable[[], object]) -> Lease:
    deadline = timezone.now() + timedelta(hours=1)
    return Lease(
        lambda: cast("Any", Rows(answer)), deadline, timeout_seconds=3600, names={}
    )


def in_a_horse(work: Callable[[], object]) -> tuple[int, float]:
    """The exit status of a process that does the work, and how long it lived."""
    started = time.monotonic()
    if (horse := os.fork()) == 0:
        try:
            work()
            os._exit(0)
        finally:  # an error must not go on as a second run of the tests
            traceback.print_exc()
            os._exit(1)
    _, status = os.waitpid(horse, 0)
    return os.waitstatus_to_exitcode(status), time.monotonic() - started


def guarded_work(
    work: Callable[[], object], lease: Lease, clock: Callable[[], datetime]
) -> Callable[[], None]:
    def do() -> None:
        with guarded(lease, clock=clock) as guard, guard.work():
            work()

    return do


def work_for(seconds: float, answer: Callable[[], object]) -> Callable[[], None]:
    return guarded_work(lambda: time.sleep(seconds), lease(answer), timezone.now)


def refuse(error: Exception) -> Callable[[], object]:
    def answer() -> object:
        raise error

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        lambda: time.sleep(60),
        refuse(DatabaseError("away")),
        refuse(InterfaceError("away")),
    ],
    ids=["silent", "refusing", "gone"],
)
def test_a_horse_whose_database_does_not_serve_ends_itself(
    short_lease: None, answer: Callable[[], object]
) -> None:
    status, lived = in_a_horse(work_for(20, answer))
    assert status == 1
    assert lived < HOLD_SECONDS + A_LITTLE


def test_a_horse_that_renews_its_lease_lives_on(short_lease: None) -> None:
    assert in_a_horse(work_for(2 * HOLD_SECONDS, lambda: None))[0] == 0


def test_an_outcome_may_take_longer_than_the_lease(short_lease: None) -> None:
    def work() -> None:
        with guarded(lease(lambda: time.sleep(0.5)), clock=timezone.now) as guard:
            with guard.work():
                pass
            time.sleep(2 * HOLD_SECONDS)

    assert in_a_horse(work)[0] == 0


def keep_the_interpreter() -> None:
    """A loop in C, in which no other thread of this process gets a turn."""
    sum(range(10**12))


@both_kinds
def test_work_that_keeps_the_interpreter_to_itself_ends_with_its_lease(
    short_lease: None, redis, kind: Kind
) -> None:
    kind.ask()
    work = guarded_work(keep_the_interpreter, kind.claim(), lambda: NOON)
    status, lived = in_a_horse(work)
    assert status == 1
    assert lived < HOLD_SECONDS + A_LITTLE


@both_kinds
@pytest.mark.both_databases
def test_work_under_way_renews_its_lease(looks_often: None, redis, kind: Kind) -> None:
    kind.ask()
    later = NOON + 10 * SECOND
    with guarded(kind.claim(), clock=lambda: later):
        wait_until(lambda: kind.row.lease_until == later + LEASE)


@both_kinds
@pytest.mark.both_databases
def test_work_that_was_taken_for_lost_ends_itself(
    looks_often: None, redis, kind: Kind
) -> None:
    kind.ask()
    lease = kind.claim()
    sweep(NOON + LEASE + SECOND, judge_leases=True)
    status, _ = in_a_horse(guarded_work(lambda: time.sleep(20), lease, lambda: NOON))
    assert status == -signal.SIGKILL
    assert kind.row.status == "failed"


def cancel_row(kind: Kind) -> None:
    """As a later run does with `replace`."""
    type(kind.row).objects.update(cancel_requested_at=datetime.now(UTC))


def cancel_by_user(kind: Kind) -> None:
    execution = kind.execution()
    cancel_execution(execution, user=kind.workflow.owner, now=datetime.now(UTC))


@both_kinds
@pytest.mark.both_databases
@pytest.mark.parametrize("ask_to_end", [cancel_row, cancel_by_user])
def test_work_that_is_cancelled_ends_at_once_wherever_it_is(
    looks_often: None,
    redis,
    kind: Kind,
    silent_site: socket.socket,
    ask_to_end: Callable[[Kind], None],
) -> None:
    node = kind.workflow.nodes.filter(node_id="work")
    node.update(component_type="http_request", config={"url": address_of(silent_site)})
    kind.ask(datetime.now(UTC))
    asked: list[socket.socket] = []

    def cancel() -> None:
        asked.append(silent_site.accept()[0])  # the node is at work
        ask_to_end(kind)
        connection.close()

    person = threading.Thread(target=cancel)
    person.start()
    try:
        kind.run()
    finally:
        person.join()
    asked[0].close()
    assert kind.row.status == kind.execution().status == "cancelled"
    assert kind.execution().node_runs.get(node_id="work").status == "cancelled"

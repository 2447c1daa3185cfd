"""Redis or the database is away for a while: the loop and the verbs go on."""

from __future__ import annotations

import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.utils import timezone
from redis import Redis

from schedules.models import ScheduledRun
from schedules.processes import loop as loops
from schedules.rq import heartbeat
from schedules.rq.messages import RedisAway
from schedules.services import Actor, pause_schedule
from tests.schedules.conftest import MakeSchedule
from tests.schedules.processes.loops import ScriptedLoop, loop_at

pytestmark = pytest.mark.django_db(transaction=True)


class Rounds:
    """A loop whose firing and sweeping do what the test says, and what they were told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 0.0
        self.fire: Callable[[datetime], object] = lambda now: None
        self.redis_is_away = False
        self.swept: list[float] = []
        monkeypatch.setattr(loops.time, "monotonic", lambda: self.seconds)
        self.loop = ScriptedLoop(
            fire=lambda now: self.fire(now),
            sweep=self._sweep,
            clock=timezone.now,
        )

    def _sweep(self, now: datetime, seen_for: float) -> None:
        if self.redis_is_away:
            raise RedisAway("it is away")
        self.swept.append(seen_for)

    def until(self, seconds: float) -> None:
        """One round after another, each as soon as the loop wants it."""
        while self.seconds < seconds:
            self.seconds += self.loop.round()


@pytest.fixture
def rounds(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> Rounds:
    return Rounds(monkeypatch)


def away(error: Exception) -> Callable[[datetime], object]:
    def fire(now: datetime) -> None:
        raise error

    return fire


def test_after_an_outage_leases_are_judged_once_the_database_was_long_in_view(
    rounds: Rounds,
) -> None:
    rounds.until(20)
    assert rounds.swept[-1] > 10
    rounds.fire = away(OperationalError("the database is away"))
    rounds.until(200)
    rounds.fire = lambda now: None
    rounds.swept.clear()
    back = rounds.seconds
    rounds.until(back + 13)
    assert rounds.swept[0] == 0, "what it saw before the outage does not count"
    assert rounds.swept[-1] > 10, "a lost run is on record 13 seconds after the outage"


def test_redis_being_away_takes_nothing_from_the_view_of_the_database(
    rounds: Rounds,
) -> None:
    rounds.until(20)
    rounds.redis_is_away = True
    rounds.until(200)
    rounds.redis_is_away = False
    rounds.until(205)
    assert rounds.swept[-1] > 200


def test_the_loop_outlives_whatever_a_round_raises_and_never_rests_for_long(
    rounds: Rounds,
) -> None:
    for error in (OperationalError(), RedisAway(), ValueError("poison")):
        rounds.fire = away(error)
        assert max(rounds.loop.round() for _ in range(10)) <= 5


@pytest.fixture
def silent_redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Redis that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        monkeypatch.setitem(settings.RQ_QUEUES["workflows"], "URL", url)
        yield


def test_a_verb_succeeds_in_bounded_time_when_redis_never_answers(
    silent_redis: None, make_schedule: MakeSchedule
) -> None:
    start = time.monotonic()
    schedule = make_schedule(timezone.now())
    assert time.monotonic() - start < 8
    assert schedule.status == "active"


def test_verbs_answer_from_the_database_when_redis_is_away(
    make_schedule: MakeSchedule,
) -> None:
    start = time.monotonic()
    schedule = make_schedule(timezone.now())
    actor = Actor.person(schedule.owner)
    paused = pause_schedule(schedule.pk, actor=actor, now=timezone.now())
    assert paused.status == "paused"
    assert not ScheduledRun.objects.exists()
    assert time.monotonic() - start < 6


def test_a_scheduler_that_cannot_write_says_that_it_is_alive_and_what_it_meets(
    rounds: Rounds, redis: Redis
) -> None:
    def meets() -> str:
        return heartbeat.cause_of(redis, heartbeat.alive(redis, "scheduler"))

    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorname = "SQLITE_FULL"
    error = OperationalError()
    error.__cause__ = full
    rounds.fire = away(error)
    rounds.until(60)
    assert meets() == "database_full"
    rounds.fire = lambda now: None
    rounds.until(61)
    assert heartbeat.alive(redis, "scheduler")
    assert meets() == ""


def test_two_failed_rounds_are_reported_and_one_is_not(
    rounds: Rounds, redis: Redis
) -> None:
    rounds.fire = away(ValueError("poison"))
    rounds.loop.round()
    assert not heartbeat.alive(redis, "scheduler")
    rounds.loop.round()
    alive = heartbeat.alive(redis, "scheduler")
    assert heartbeat.cause_of(redis, alive) == "scheduler_failing"


@pytest.mark.both_databases
def test_a_read_only_database_is_what_a_real_round_meets(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    due = timezone.now() + timedelta(minutes=2)
    make_schedule(timezone.now())
    loop = loop_at(due, guarded=False)
    with read_only():
        loop.round()
        alive = heartbeat.alive(redis, "scheduler")
        assert heartbeat.cause_of(redis, alive) == "database_read_only"
    loop.round()
    assert heartbeat.cause_of(redis, heartbeat.alive(redis, "scheduler")) == ""
    assert ScheduledRun.objects.count() >= 1


@contextmanager
def read_only() -> Iterator[None]:
    """New connections may not write, as after a fail-over."""
    command = {
        "postgresql": "SET default_transaction_read_only = on",
        "sqlite": "PRAGMA query_only = on",
    }[connection.vendor]

    def forbid(connection: BaseDatabaseWrapper, **_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(command)

    connection.close()
    connection_created.connect(forbid)
    try:
        yield
    finally:
        connection_created.disconnect(forbid)
        connection.close()

"""Schedulers are asked to end while the database or Redis hangs: they do, and lose nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from redis import Redis

from schedules.models import ScheduledRun
from schedules.processes.latest_end import LATEST_END_SECONDS
from schedules.rq.heartbeat import alive
from schedules.services.insight.audit import audit
from tests.integration.processes import Manage, manage, wait_until
from tests.integration.proxy import Proxy, database_url, redis_url
from tests.schedules.conftest import MakeSchedule
from workflows.execution.queue import queue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
both_databases = pytest.mark.both_databases
Start = Callable[[Proxy], Manage]
# For the end of processes on a busy machine.
A_LITTLE = 5.0
# For their start.
LONG_SECONDS = 40
# A second signal that comes sooner is the first one again.
NOT_THE_SAME_SECONDS = 3


@pytest.fixture
def start(
    child_env: dict[str, str], tmp_path: Path, way_to_redis: Proxy
) -> Iterator[Start]:
    """Starts a scheduler that comes this way."""
    with ExitStack() as stack:

        def start(way: Proxy) -> Manage:
            if way is way_to_redis:
                env = {"REDIS_URL": redis_url(way, child_env["REDIS_URL"])}
            else:
                env = {"DATABASE_URL": database_url(way)}
            return stack.enter_context(manage(child_env | env, tmp_path, "rqscheduler"))

        yield start


@pytest.fixture
def due_soon(make_schedule: MakeSchedule) -> Callable[[], None]:
    """Makes schedules that are due in three seconds, all at once."""

    def due_soon() -> None:
        first = timezone.now().replace(microsecond=0) + timedelta(seconds=3)
        with transaction.atomic():
            for _ in range(3):
                make_schedule(first - timedelta(hours=1), interval_seconds=3600)

    return due_soon


def ends_in_time(scheduler: Manage, signum: signal.Signals = signal.SIGTERM) -> None:
    began = time.monotonic()
    assert scheduler.end(signum) == 0
    assert time.monotonic() - began < LATEST_END_SECONDS + A_LITTLE


def ends_at_a_second_signal(scheduler: Manage, signum: signal.Signals) -> None:
    scheduler.send(signum)
    time.sleep(NOT_THE_SAME_SECONDS)
    assert scheduler.process.poll() is None
    began = time.monotonic()
    assert scheduler.end(signum) == 0
    assert time.monotonic() - began < A_LITTLE


def nothing_is_lost_nor_doubled(child_env: dict[str, str], folder: Path) -> None:
    """Once a worker has worked, each tick has one run, which has run once."""
    with manage(child_env, folder, "rqworker", "--processes=1"):
        wait_until(lambda: [*runs()] == [("succeeded", 1)] * 3)
    assert [account.problems for account in audit() if not account.is_balanced] == []


def runs() -> Iterator[tuple[str, int]]:
    yield from ScheduledRun.objects.values_list("status", "attempt")


@both_databases
@pytest.mark.parametrize("count", [1, 2])
def test_a_scheduler_ends_though_the_database_hangs(
    start: Start, way: Proxy, redis: Redis, count: int
) -> None:
    schedulers = [start(way) for _ in range(count)]
    wait_until(lambda: len(alive(redis, "scheduler")) == count)
    with way.clogged():
        time.sleep(6)  # more than the longest sleep between two rounds
        for each in schedulers:
            ends_in_time(each)


@both_databases
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_a_scheduler_at_once_though_the_database_hangs(
    start: Start, way: Proxy, redis: Redis, signum: signal.Signals
) -> None:
    scheduler = start(way)
    wait_until(lambda: alive(redis, "scheduler"))
    with way.clogged():
        time.sleep(6)
        ends_at_a_second_signal(scheduler, signum)


@both_databases
def test_a_batch_that_the_database_does_not_answer_is_fired_by_the_next_scheduler(
    start: Start,
    way: Proxy,
    redis: Redis,
    due_soon: Callable[[], None],
    child_env: dict[str, str],
    tmp_path: Path,
) -> None:
    scheduler = start(way)
    wait_until(lambda: alive(redis, "scheduler"))
    way.hang_at("INSERT INTO")
    due_soon()
    assert way.was_reached.wait(LONG_SECONDS)
    ends_in_time(scheduler)
    way.open()
    start(way)
    nothing_is_lost_nor_doubled(child_env, tmp_path)


@both_databases
def test_a_batch_whose_commit_was_not_answered_is_sent_once(
    start: Start,
    way: Proxy,
    redis: Redis,
    due_soon: Callable[[], None],
    child_env: dict[str, str],
    tmp_path: Path,
) -> None:
    scheduler = start(way)
    wait_until(lambda: alive(redis, "scheduler"))
    way.cut_after("COMMIT", following="INSERT INTO")
    due_soon()
    assert way.was_cut.wait(LONG_SECONDS)
    wait_until(lambda: [*runs()] == [("pending", 1)] * 3)
    assert not queue().job_ids
    way.open()
    nothing_is_lost_nor_doubled(child_env, tmp_path)
    assert scheduler.end() == 0


@both_databases
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("step", ["schedules_scheduledjob", "synchronous_commit"])
def test_a_scheduler_that_begins_ends_though_the_database_hangs(
    start: Start, way: Proxy, redis: Redis, step: str, signum: signal.Signals
) -> None:
    way.hang_at(step)
    scheduler = start(way)
    assert way.was_reached.wait(LONG_SECONDS)
    began = time.monotonic()
    scheduler.end(signum)
    assert time.monotonic() - began < LATEST_END_SECONDS + A_LITTLE


@pytest.mark.parametrize("step", ["ZRANGE", "ostinato:wake", "heartbeat"])
def test_a_scheduler_ends_though_redis_hangs(
    start: Start, way_to_redis: Proxy, redis: Redis, step: str
) -> None:
    scheduler = start(way_to_redis)
    wait_until(lambda: alive(redis, "scheduler"))
    way_to_redis.hang_at(step)
    way_to_redis.was_reached.wait(10)
    ends_in_time(scheduler)

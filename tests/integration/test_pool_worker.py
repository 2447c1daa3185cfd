"""A worker whose processes stay, and what else may be in its queues."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import django_rq
import psutil
import pytest
from django.utils import timezone
from redis import Redis
from rq import Queue, Worker
from rq.job import Job, JobStatus
from rq.suspension import resume, suspend

from schedules.models import ScheduledRun
from schedules.services import Actor, run_now
from tests.integration.processes import Manage, manage, wait_until
from tests.schedules.conftest import MakeSchedule
from workflows.execution.queue import connection, job_class, queue

pytestmark = pytest.mark.django_db(transaction=True)
Queued = Callable[[int], None]


@pytest.fixture
def queued(make_schedule: MakeSchedule, redis: Redis) -> Queued:
    """Queues so many runs, each of a schedule of its own."""

    def queue_runs(count: int) -> None:
        now = timezone.now()
        for _ in range(count):
            schedule = make_schedule(now, interval_seconds=3600)
            run_now(schedule.id, actor=Actor.person(schedule.owner), now=now)

    return queue_runs


@pytest.fixture
def start(child_env: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Manage]]:
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(
            manage(child_env, tmp_path, "rqworker", *options)
        )


def statuses() -> list[str]:
    return sorted(ScheduledRun.objects.values_list("status", flat=True))


def others() -> Queue:
    """Our queue, as the code of a project sees it."""
    return django_rq.get_queue(queue().name, connection=connection())


@pytest.mark.usefixtures("redis")
def test_a_burst_ends_when_nothing_is_left(start, queued: Queued) -> None:
    queued(5)
    worker = start("--burst", "--processes", "2")
    assert worker.process.wait(timeout=40) == 0
    assert statuses() == ["succeeded"] * 5


@pytest.mark.parametrize("limit", [[], ["--max-jobs", "4"]])
@pytest.mark.usefixtures("redis")
def test_a_burst_leaves_no_job_of_others(start, limit: list[str]) -> None:
    jobs = [others().enqueue("operator.add", 1, number) for number in range(4)]
    worker = start("--burst", "--processes", "2", *limit)
    assert worker.process.wait(timeout=40) == 0
    assert [job.return_value() for job in jobs] == [1, 2, 3, 4]


def test_no_more_work_begins_than_was_asked_for(
    start, queued: Queued, redis: Redis
) -> None:
    queued(5)
    worker = start("--max-jobs", "3", "--processes", "2")
    assert worker.process.wait(timeout=40) == 0
    assert statuses() == ["pending"] * 2 + ["succeeded"] * 3
    assert redis.llen(queue().key) == 2


@pytest.mark.both_databases
def test_a_worker_that_ends_leaves_an_id_for_each_run_that_waits(
    start, queued: Queued, redis: Redis
) -> None:
    queued(600)
    worker = start("--processes", "2")
    wait_until(lambda: "succeeded" in statuses())
    worker.process.terminate()
    worker.process.wait(timeout=20)
    waiting = statuses().count("pending")
    assert 0 < waiting == redis.llen(queue().key)


@pytest.mark.usefixtures("redis")
def test_a_worker_that_has_idled_for_long_ends(start, queued: Queued) -> None:
    queued(1)
    worker = start("--max-idle-time", "1", "--processes", "2")
    assert worker.process.wait(timeout=40) == 0
    assert statuses() == ["succeeded"]


def test_jobs_of_others_in_our_queue_run_as_rq_runs_them(
    start, redis: Redis, queued: Queued
) -> None:
    done = others().enqueue("operator.add", 40, 2, on_success=None)
    late = others().enqueue("time.sleep", 60, job_timeout=1)
    broken = others().enqueue("tests.no_such_function")
    unreadable = others().enqueue("operator.add", 1, 2)
    redis.hset(unreadable.key, "data", b"\x80nonsense")
    queued(1)
    worker = start("--processes", "2")
    wait_until(lambda: statuses() == ["succeeded"])
    wait_until(lambda: done.get_status() == JobStatus.FINISHED)
    assert done.return_value() == 42
    for job in (late, broken, unreadable):
        wait_until(lambda job=job: job.get_status() == JobStatus.FAILED)
    assert "exceeded maximum timeout" in str(late.latest_result().exc_string)
    queued(1)
    wait_until(lambda: statuses() == ["succeeded"] * 2)
    assert worker.end() == 0
    assert redis.llen(f"{others().key}:intermediate") == 0


def test_a_job_of_others_does_not_wait_for_busy_processes_nor_they_for_it(
    start, redis: Redis, queued: Queued
) -> None:
    slow = others().enqueue("time.sleep", 8)
    start("--processes", "1")
    wait_until(lambda: slow.get_status() == JobStatus.STARTED)
    second = others().enqueue("operator.add", 1, 2)
    queued(2)
    wait_until(lambda: statuses() == ["succeeded"] * 2)
    assert slow.get_status(refresh=True) == JobStatus.STARTED
    assert second.get_status() == JobStatus.QUEUED
    wait_until(lambda: second.get_status() == JobStatus.FINISHED)


@pytest.mark.usefixtures("redis")
def test_suspended_workers_take_nothing(start, queued: Queued) -> None:
    suspend(connection())
    queued(1)
    worker = start("--processes", "1")
    wait_until(lambda: psutil.Process(worker.process.pid).children())
    job = others().enqueue("operator.add", 1, 2)
    until = time.monotonic() + 2.5
    wait_until(lambda: time.monotonic() > until)
    assert statuses() == ["pending"]
    assert job.get_status() == JobStatus.QUEUED
    resume(connection())
    wait_until(lambda: statuses() == ["succeeded"])
    wait_until(lambda: job.get_status() == JobStatus.FINISHED)


def test_nonsense_in_the_queue_is_told_and_the_worker_goes_on(
    start, redis: Redis, queued: Queued
) -> None:
    run = "run-6a8f7a52-8f4c-4f7e-9d0e-1c0c5b1f3a55"
    redis.rpush(others().key, f"{run}-one-two", f"{run}-1-0", "no job at all", "")
    redis.rpush(others().key, b"\xff\x80")
    worker = start("--processes", "1")
    queued(1)
    wait_until(lambda: statuses() == ["succeeded"])
    wait_until(lambda: redis.llen(others().key) == 0)
    wait_until(lambda: worker.log.read_text().count("job_not_readable") == 3)
    assert "unhandled exception" not in worker.log.read_text()
    assert worker.end() == 0
    assert redis.llen(f"{others().key}:intermediate") == 0


def test_rq_knows_the_worker_and_what_it_runs(
    start, redis: Redis, queued: Queued
) -> None:
    worker = start("--processes", "1", "--name", "night")
    wait_until(lambda: Worker.all(connection()))
    redis.flushall()
    wait_until(lambda: Worker.all(connection()))
    [known] = Worker.all(connection(), job_class=job_class())
    assert (known.name, known.queue_names()) == ("night", [queue().name])
    assert known.get_state() == "idle"
    queued(1)
    wait_until(lambda: statuses() == ["succeeded"])
    wait_until(lambda: Worker.all(connection())[0].successful_job_count == 1)
    assert worker.end() == 0
    assert not Worker.all(connection())


@pytest.mark.slow
@pytest.mark.usefixtures("redis")
def test_a_killed_process_is_replaced_within_a_second(start) -> None:
    worker = start("--processes", "2")
    parent = psutil.Process(worker.process.pid)
    wait_until(lambda: len(parent.children()) == 2)
    for signum in (signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV):
        first = parent.children()[0]
        time.sleep(1.2)  # not a short life
        os.kill(first.pid, signum)
        wait_until(
            lambda first=first: (
                len(parent.children()) == 2 and first not in parent.children()
            ),
            seconds=10,
        )
    assert worker.end() == 0


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--processes", "0"], "a worker has from 1 to 64 processes"),
        (["--processes", "two"], "a worker has from 1 to 64 processes"),
        (["--processes", "2", "--fork"], "Give either --fork or --processes."),
        (["nosuch"], "RQ_QUEUES has no queue 'nosuch'."),
    ],
)
@pytest.mark.usefixtures("redis")
def test_what_makes_no_sense_is_refused_in_one_line(
    start, options: list[str], complaint: str
) -> None:
    worker = start(*options)
    assert worker.process.wait(timeout=40) == 1
    (line,) = worker.log.read_text().strip().splitlines()
    assert complaint in line


def test_a_job_keeps_its_hash_until_it_is_taken(
    start, redis: Redis, queued: Queued
) -> None:
    queued(1)
    [job_id] = redis.lrange(others().key, 0, -1)
    assert Job.exists(job_id.decode(), connection=connection())
    start("--burst", "--processes", "1").process.wait(timeout=40)
    assert not Job.exists(job_id.decode(), connection=connection())

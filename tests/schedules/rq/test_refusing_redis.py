"""Redis answers and refuses to write: ticks fire, workers wait, and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from redis import Redis

from schedules.models import ScheduledRun
from schedules.processes import patience, worker
from schedules.processes.worker import ScheduleWorker
from schedules.rq import heartbeat
from schedules.rq.messages import RedisAway
from schedules.services.runs.sweep import sweep
from tests.integration.outages import Memory
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.processes.loops import loop_at
from workflows.execution.queue import JSONJob, queue, queue_name

pytestmark = pytest.mark.django_db(transaction=True)
DUE = NOON + timedelta(minutes=1)
QUEUE = f"rq:queue:{queue_name()}"


@pytest.fixture
def memory(redis: Redis) -> Iterator[Memory]:
    memory = Memory(redis)
    yield memory
    memory.is_back()


def test_a_tick_fires_and_is_sent_as_soon_as_redis_takes_it(
    memory: Memory,
    redis: Redis,
    make_schedule: MakeSchedule,
    log_lines: Callable[[], str],
) -> None:
    make_schedule()
    loop = loop_at(DUE)
    memory.runs_out()
    for _ in range(10):
        assert loop.round() <= 1
    run = ScheduledRun.objects.get()
    assert (run.scheduled_for, run.enqueued_at) == (DUE, None)
    assert log_lines().count("not_enqueued") == 1
    assert log_lines().count("round_failed") <= 2
    memory.is_back()
    loop.round()
    assert redis.llen(QUEUE) == 1
    assert heartbeat.alive(redis, "scheduler")


def test_a_sweep_tries_nothing_in_vain(
    memory: Memory, redis: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    loop = loop_at(DUE)
    memory.runs_out()
    loop.round()
    later = DUE + timedelta(hours=1)
    for _ in range(5):
        with pytest.raises(RedisAway, match="maxmemory"):
            sweep(later, judge_leases=True)
    assert ScheduledRun.objects.get().send_count == 0
    memory.is_back()
    assert sweep(later, judge_leases=True).runs_sent == 1


@pytest.fixture
def new_worker(redis: Redis) -> ScheduleWorker:
    return ScheduleWorker([queue()], connection=redis, job_class=JSONJob)


@pytest.fixture
def idle_worker(new_worker: ScheduleWorker) -> ScheduleWorker:
    new_worker.register_birth()
    return new_worker


def test_an_idle_worker_waits_until_redis_takes_writes_again(
    memory: Memory,
    idle_worker: ScheduleWorker,
    monkeypatch: pytest.MonkeyPatch,
    log_lines: Callable[[], str],
) -> None:
    queue().enqueue_call("builtins.print", job_id="run-1")
    memory.runs_out()
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 5:
            memory.is_back()

    monkeypatch.setattr(worker.time, "sleep", sleep)
    found = idle_worker.dequeue_job_and_maintain_ttl(timeout=5)
    assert found
    assert found[0].id == "run-1"
    assert max(pauses) <= 2
    assert log_lines().count("worker_lost_redis") == 1


def refuse_all(memory: Memory, redis: Redis) -> None:
    memory.runs_out()


def refuse_jobs(memory: Memory, redis: Redis) -> None:
    redis.set(QUEUE, "no list")


@pytest.mark.parametrize("refuse", [refuse_all, refuse_jobs])
def test_a_burst_ends_when_redis_has_refused_for_long(
    memory: Memory,
    redis: Redis,
    new_worker: ScheduleWorker,
    monkeypatch: pytest.MonkeyPatch,
    refuse: Callable[[Memory, Redis], None],
) -> None:
    monkeypatch.setattr(patience, "BURST_SECONDS", 0.2)
    monkeypatch.setattr(new_worker, "max_connection_wait_time", 0.05)
    monkeypatch.setattr(
        new_worker, "check_for_suspension", lambda burst: refuse(memory, redis)
    )
    # Its thread would outlive the test: a worker that cannot sign off leaves it to the end
    # of the process.
    monkeypatch.setattr(new_worker, "subscribe", lambda: None)
    began = time.monotonic()
    new_worker.work(burst=True)
    assert time.monotonic() - began > 0.2
    assert new_worker.patience.error  # so that the command ends with an error


def test_what_runs_is_not_given_up(memory: Memory, idle_worker: ScheduleWorker) -> None:
    job = queue().enqueue_call("builtins.print", job_id="run-1")
    execution = idle_worker.prepare_execution(job)
    memory.runs_out()
    idle_worker.maintain_heartbeats(job, execution)
    memory.is_back()
    idle_worker.maintain_heartbeats(job, execution)

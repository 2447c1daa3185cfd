"""The worker whose processes stay, without them: those are in `tests/integration`."""

from __future__ import annotations

import select
from collections.abc import Iterator
from datetime import timedelta

import pytest
from redis import ConnectionError, Redis
from rq.utils import now

from schedules.processes.orders import Orders
from schedules.processes.pool import Pool
from schedules.processes.pool_worker import PoolWorker
from schedules.processes.reaper import Reaper
from workflows.execution.inbox import Inbox
from workflows.execution.queue import queue

TAKEN = f"{queue().key}:intermediate"


@pytest.fixture
def worker(redis: Redis) -> Iterator[PoolWorker]:
    """A worker at work, with no process."""
    worker = PoolWorker([queue()], connection=redis)
    worker._orders = Orders(most=2)
    worker._inbox = Inbox(redis)
    worker._other_jobs, worker._look_at = [], 0.0
    worker._pool = Pool(0, worker._orders, Reaper())
    yield worker
    worker._pool and worker._pool.close()
    worker._orders.close()


def reported(worker: PoolWorker, redis: Redis, job_id: str) -> None:
    redis.rpush(TAKEN, job_id)
    assert worker._orders.take_permit()
    worker._orders.report(job_id)


def test_a_worker_that_ends_gives_back_the_jobs_of_others_that_it_has_taken(
    worker: PoolWorker, redis: Redis
) -> None:
    reported(worker, redis, "first")
    worker._other_jobs += worker._orders.reported()
    reported(worker, redis, "second")
    worker._end_pool()
    assert redis.lrange(queue().key, 0, -1) == [b"first", b"second"]
    assert redis.llen(TAKEN) == 0


def test_a_report_that_nobody_has_read_does_not_end_each_wait_for_redis(
    worker: PoolWorker, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_wait_for_news", lambda: None)
    reported(worker, redis, "first")
    worker._wait_for_redis()
    assert worker._other_jobs == ["first"]
    assert not select.select([worker._orders], [], [], 0)[0]


def test_a_job_that_cannot_be_read_since_redis_is_away_is_read_later(
    worker: PoolWorker, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = queue().enqueue("operator.add", 1, 2, job_id="first")
    redis.delete(queue().key)
    reported(worker, redis, job.id)

    def is_away(*args: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(worker.job_class, "fetch", is_away)
        assert worker._other_job() is None
    found = worker._other_job()
    assert found is not None
    assert found[0].id == job.id
    assert worker._orders.take_permit()
    assert not worker._orders.take_permit()


def test_a_job_that_is_none_gives_its_permit_back(
    worker: PoolWorker, redis: Redis
) -> None:
    reported(worker, redis, "nothing")
    assert worker._other_job() is None
    assert worker._orders.take_permit()
    assert worker._orders.take_permit()


def test_a_second_signal_within_a_second_is_the_first_one_again(
    worker: PoolWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[bool] = []
    monkeypatch.setattr(worker, "_kill_all", lambda: killed.append(True))
    worker._shutdown_requested_date = now()
    worker.request_force_stop(15, None)
    assert not killed
    worker._shutdown_requested_date = now() - timedelta(seconds=1)
    worker.request_force_stop(15, None)
    assert killed


def test_a_worker_without_processes_is_not_idle(worker: PoolWorker) -> None:
    assert worker._pool is not None
    assert worker._pool.idle_since is None


def test_it_does_the_upkeep_of_rq_now_and_then(
    worker: PoolWorker, redis: Redis
) -> None:
    reported(worker, redis, "nothing")
    worker._orders.reported()
    worker._other_job()
    assert redis.llen(TAKEN) == 0
    assert not worker.should_run_maintenance_tasks

"""The worker itself, without its processes: those are in `tests/integration`."""

from __future__ import annotations

import signal
import threading

import pytest
from redis import ConnectionError, Redis
from rq import Worker
from rq.executions import Execution

from schedules.processes.heartbeats import Heartbeat
from schedules.processes.worker import ScheduleWorker
from workflows.execution.queue import JSONJob, queue


def test_a_worker_stays_with_its_run_while_redis_is_away(
    redis: Redis, monkeypatch: pytest.MonkeyPatch, log_lines
) -> None:
    worker = ScheduleWorker([queue()], connection=redis)
    job = JSONJob.create("schedules.jobs.clock", connection=redis)
    execution = Execution("an-id", job.id, redis)
    monkeypatch.setattr(redis, "pipeline", Redis(port=1).pipeline)
    with pytest.raises(ConnectionError):
        Worker.maintain_heartbeats(worker, job, execution)
    worker.maintain_heartbeats(job, execution)
    assert "heartbeat_not_sent" in log_lines()


def test_between_two_workers_a_signal_ends_the_process(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_redis(worker: Worker) -> None:
        worker._install_signal_handlers()
        raise ConnectionError

    monkeypatch.setattr(Worker, "bootstrap", lambda worker, *args: lose_redis(worker))
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    worker = ScheduleWorker([queue()], connection=redis)
    with pytest.raises(ConnectionError):
        worker.work()
    after = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    assert after == before


class Idle(ScheduleWorker):
    """Without its processes: it notes what it would have killed."""

    killed: tuple[int, ...] = ()

    def _kill(self, *args: object) -> None:
        self.killed += (self.horse_pid,)

    def works_on(self, job_id: str, horse: int) -> None:
        self._job_id, self._horse_pid = job_id, horse


def test_a_job_that_is_stopped_and_over_does_not_take_the_next_one_with_it(
    redis: Redis,
) -> None:
    worker = Idle([queue()], connection=redis)
    worker._stopped_job_id = "first"  # as RQ does when it has looked at the name
    worker.works_on("second", horse=713)
    worker.kill_horse()
    assert worker.killed == ()
    worker.kill_horse()  # by a signal
    assert worker.killed == (713,)


def test_a_worker_that_is_asked_to_end_ends_work_that_began_at_that_moment(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Idle([queue()], connection=redis)
    timers: list[threading.Timer] = []
    monkeypatch.setattr(threading.Timer, "start", lambda self: timers.append(self))
    worker.handle_warm_shutdown_request()  # and it is about to fork
    worker.works_on("first", horse=713)
    timers[0].function()
    assert worker.killed == (713,)


def test_a_worker_that_could_not_begin_leaves_no_thread(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(Worker, "work", refuse)
    worker = ScheduleWorker([queue()], connection=redis)
    before = threading.enumerate()
    for _ in range(2):
        with pytest.raises(ConnectionError):
            worker.work()
    assert {*threading.enumerate()} <= {*before}


def test_a_worker_that_cannot_be_shown_is_still_alive(
    redis: Redis, monkeypatch: pytest.MonkeyPatch, log_lines
) -> None:
    monkeypatch.setattr("schedules.processes.heartbeats.SHOW_EVERY_SECONDS", 0.01)
    again = threading.Event()
    failed: list[bool] = []

    def fail() -> None:
        if failed:
            again.set()
        failed.append(True)
        raise KeyError("half")

    heartbeat = Heartbeat(redis, ["worker"], fail)
    heartbeat.start()
    assert again.wait(10)
    heartbeat.stop()
    assert "worker_not_shown" in log_lines()

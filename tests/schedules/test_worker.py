"""The worker itself, without its processes: those are in `tests/integration`."""

from __future__ import annotations

import pytest
from redis import ConnectionError, Redis
from rq import Worker
from rq.executions import Execution

from schedules.worker import ScheduleWorker
from workflows.queue import JSONJob, queue


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

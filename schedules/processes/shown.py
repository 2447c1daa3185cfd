"""Shows a worker whose processes stay in RQ's own keys, for the pages that read them.

Its runs are no RQ jobs any more when they begin: those of this moment are shown as if they
were, and forgotten soon.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rq import Worker
from rq.executions import Execution
from rq.job import JobStatus
from rq.utils import now
from rq.worker import WorkerStatus
from rq.worker_registration import register

from schedules.processes.pool import Pool
from workflows.execution.process_state import Held
from workflows.execution.queue import JSONJob, queue_name

if TYPE_CHECKING:
    from redis.client import Pipeline

SHOWN_SECONDS = 15
REGISTERED_SECONDS = 75
ENTRY_POINTS = {
    "run": "schedules.jobs.execute_scheduled_trigger",
    "execution": "workflows.execution.jobs.run_execution",
}


def show_worker(worker: Worker, pool: Pool) -> None:
    """Write the key of the worker, even if it has been flushed, and what it runs.

    Raises `RedisError` while Redis is away.
    """
    if worker.birth_date is None:
        return
    held = [each for place in pool.places if (each := place.state.held)]
    worker.last_heartbeat = now()
    is_busy = held or worker.horse_pid
    states = [place.state for place in pool.places]
    with worker.connection.pipeline(transaction=False) as pipe:
        pipe.hset(
            worker.key,
            mapping=worker.serialize()
            | {
                "state": WorkerStatus.BUSY if is_busy else WorkerStatus.IDLE,
                "successful_job_count": pool.runs
                + sum(int(each.runs) for each in states),
                "total_working_time": pool.seconds
                + sum(each.seconds for each in states),
            },
        )
        register(worker, pipe)
        pipe.expire(worker.key, REGISTERED_SECONDS)
        if not worker.horse_pid:
            pipe.delete(worker.executions_key)
        for each in held:
            _show_run(worker, each, pipe)
        pipe.execute()


def _show_run(worker: Worker, held: Held, pipe: Pipeline) -> None:
    job = JSONJob.create(
        ENTRY_POINTS[held.kind],
        args=[str(held.id)],
        id=f"{held.kind}-{held.id}",
        connection=worker.connection,
        status=JobStatus.STARTED,
        origin=queue_name(),
    )
    execution = Execution(held.token.hex, job.id, worker.connection, worker.name)
    pipe.hset(job.key, mapping=job.to_dict())
    pipe.hset(execution.key, mapping=execution.serialize())
    pipe.sadd(worker.executions_key, execution.composite_key)
    for key in (job.key, execution.key, worker.executions_key):
        pipe.expire(key, SHOWN_SECONDS)

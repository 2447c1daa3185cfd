"""How long after its time a job stands in the queue, with a real scheduler process."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

from schedules.models import OverlapPolicy, ScheduledRun, ScheduleType
from schedules.scheduler import get_scheduler_service
from tests.bench.population import populate
from tests.bench.waiting import alive, until
from workflows.execution.queue import connection as redis_connection
from workflows.execution.queue import queue_name

HEADSTART_SECONDS = 6
PATIENCE_SECONDS = 20
QUEUE = f"rq:queue:{queue_name()}"


def lateness(count: int, spread_seconds: int) -> list[float]:
    """Seconds from `due_at` to the job in the queue, of each of `count` schedules.

    The scheduler process is the caller's: here it is only waited for.
    """
    until(lambda: alive("scheduler") > 0, "the scheduler", seconds=PATIENCE_SECONDS)
    start = datetime.now(UTC).replace(microsecond=0)
    populate(
        count,
        ScheduleType.INTERVAL,
        due_at=start + timedelta(seconds=HEADSTART_SECONDS),
        spread_seconds=spread_seconds,
        overlap_policy=OverlapPolicy.ALLOW,
    )
    service = get_scheduler_service()
    service.sync_jobs_on_startup()
    service.wake_schedulers()
    patience = HEADSTART_SECONDS + spread_seconds + PATIENCE_SECONDS
    arrived = _arrivals(count, end=time.monotonic() + patience)
    due = dict(ScheduledRun.objects.values_list("id", "due_at"))
    return [at - due[run].timestamp() for run, at in arrived.items()]


def _arrivals(count: int, *, end: float) -> dict[UUID, float]:
    """When each run's job came into the queue, as Redis tells of each push.

    The jobs are left where they are: one that was taken and never claimed would be sent
    again by the sweep, which looks after workers that died.
    """
    redis = redis_connection()
    redis.config_set("notify-keyspace-events", "Kl")
    database = redis.connection_pool.connection_kwargs.get("db", 0)
    pushes = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    pushes.subscribe(f"__keyspace@{database}__:{QUEUE}")
    arrived: dict[UUID, float] = {}
    while len(arrived) < count and time.monotonic() < end:
        if pushes.get_message(timeout=1):
            at = time.time()
            pushed = cast("list[bytes]", redis.lrange(QUEUE, len(arrived), -1))
            arrived |= {_run_id(job_id.decode()): at for job_id in pushed}
    pushes.close()
    return arrived


def _run_id(job_id: str) -> UUID:
    return UUID(job_id.removeprefix("run-").rsplit("-", 2)[0])

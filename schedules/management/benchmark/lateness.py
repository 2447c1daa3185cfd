"""How long after its time a job stands in the queue, with a real scheduler process."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

from schedules import heartbeat
from schedules.management.benchmark.population import populate
from schedules.models import OverlapPolicy, ScheduledRun, ScheduleType
from schedules.scheduler import get_scheduler_service
from workflows.queue import QUEUE_NAME
from workflows.queue import connection as redis_connection

HEADSTART_SECONDS = 3
PATIENCE_SECONDS = 20


def lateness(count: int, spread_seconds: int) -> list[float]:
    """Seconds from `due_at` to the job in the queue, of each of `count` schedules.

    The scheduler process is the caller's: here it is only waited for.
    """
    _wait_for_scheduler()
    start = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 an entry point
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
    arrived = _arrivals(count, until=time.monotonic() + patience)
    due = dict(ScheduledRun.objects.values_list("id", "due_at"))
    return [at - due[run].timestamp() for run, at in arrived.items()]


def _wait_for_scheduler() -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not heartbeat.alive(redis_connection(), "scheduler"):
        assert time.monotonic() < until, "the scheduler did not start"
        time.sleep(0.05)


def _arrivals(count: int, *, until: float) -> dict[UUID, float]:
    """When each run's job came into the queue: a waiting pop is served with the push."""
    redis = redis_connection()
    arrived: dict[UUID, float] = {}
    while len(arrived) < count and time.monotonic() < until:
        popped = redis.blpop([f"rq:queue:{QUEUE_NAME}"], timeout=1)
        at = time.time()
        if popped:
            name = cast("bytes", popped[1]).decode().removeprefix("run-")
            arrived[UUID(name.rsplit("-", 2)[0])] = at
    return arrived

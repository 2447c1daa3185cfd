"""How many schedules a second are fired and enqueued when all are due at once."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, cast

from redis import Redis
from rq_scheduler import Scheduler

from schedules.models import ScheduledJob, ScheduledRun, ScheduleType
from schedules.processes.loop import Loop
from schedules.rq.messages import ENTRY_POINT
from schedules.scheduler import get_scheduler_service
from tests.bench.population import clear, cron_expressions, populate
from workflows.execution.queue import connection as redis_connection
from workflows.execution.queue import queue_name

# Any whole minute will do: the loop is given this as its clock.
DUE_AT = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
BEFORE = DUE_AT - timedelta(minutes=1)
HOUR = 3_600


class Fired(NamedTuple):
    """How many a second, and the time of the processor of each: that of the scheduler alone,
    without database and Redis."""

    rate: float
    processor: float


def ours(count: int, kind: ScheduleType) -> Fired:
    """One round of the scheduler's own loop, with all its pauses, sends and log lines.

    Not its first, which has its sweep to make before it goes on to a second batch.
    """
    clear()
    populate(count, kind, due_at=DUE_AT)
    service = get_scheduler_service()
    service.sync_jobs_on_startup()
    service.mark_alive()
    clock = BEFORE
    loop = Loop(service, interval=5, clock=lambda: clock, guarded=False)
    loop.round()
    clock = DUE_AT
    start, worked = time.perf_counter(), time.process_time()
    loop.round()
    while ScheduledJob.objects.due(DUE_AT).exists():
        loop.round()  # a slow computer sweeps in between
    seconds = time.perf_counter() - start
    worked = time.process_time() - worked
    _check_queue(count)
    sent = ScheduledRun.objects.filter(enqueued_at=DUE_AT).count()
    assert sent == count, f"{sent} of {count} are in the ledger as sent"
    return Fired(count / seconds, worked / count)


def stock(count: int, kind: ScheduleType) -> float:
    """One pass of rq-scheduler as it comes, over as many of its own jobs."""
    clear()
    scheduler = Scheduler(queue_name(), connection=redis_connection())
    past = datetime.now(UTC) - timedelta(seconds=1)
    expressions = cron_expressions(DUE_AT)
    for number in range(count):
        name = f"schedule-{number}"
        if kind == ScheduleType.CRON:
            expression = expressions[number % len(expressions)]
            scheduler.cron(expression, ENTRY_POINT, args=[name], id=name)
        else:
            scheduler.schedule(past, ENTRY_POINT, args=[name], interval=HOUR, id=name)
    _make_due(redis_connection(), scheduler.scheduled_jobs_key, past)
    start = time.perf_counter()
    scheduler.enqueue_jobs()
    seconds = time.perf_counter() - start
    _check_queue(count)
    return count / seconds


def _make_due(redis: Redis, key: str, past: datetime) -> None:
    entries = cast("list[bytes]", redis.zrange(key, 0, -1))
    redis.zadd(key, dict.fromkeys(entries, past.timestamp()))


def _check_queue(count: int) -> None:
    length = redis_connection().llen(f"rq:queue:{queue_name()}")
    assert length == count, f"{length} of {count} jobs are in the queue"

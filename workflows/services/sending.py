"""Executions that are queued on their own: into Redis, and again if they got lost.

The row is the truth: it is committed first, sent afterwards, and sent again by the sweep
when Redis was away or has forgotten it. A second job finds it claimed and does nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from redis.exceptions import RedisError

from workflows.lease import LEASE
from workflows.lost import WORKER_LOST, close_lost_execution, last_alive
from workflows.models import WorkflowExecution
from workflows.outages import OutageLog
from workflows.queue import known, queue

log = structlog.get_logger(__name__)
outages = OutageLog(log)
Status = WorkflowExecution.Status
# Committed this long ago without being sent: whoever made it is not about to send it.
UNSENT_AFTER = timedelta(seconds=3)
# Sent this long ago and not claimed: it is looked for in Redis.
LOOKED_FOR_AFTER = timedelta(seconds=5)
# Further ahead than any two clocks may differ.
FAR = timedelta(seconds=60)
KEPT_SECONDS = 60  # what RQ remembers of a job that ended; we need nothing of it
BATCH = 500


def queue_execution(execution: WorkflowExecution, *, now: datetime) -> None:
    """Send a pending execution once the transaction is committed.

    If Redis is away it stays unsent, and the next `resend_unsent` sends it.
    """
    transaction.on_commit(partial(_send_all, [execution.pk], now=now))


def resend_unsent(now: datetime) -> int:
    """Send what is pending and not in Redis; returns how many were sent. Idempotent."""
    pending = WorkflowExecution.objects.filter(status=Status.PENDING)
    unsent = pending.filter(
        _before_or_never("created_at", now - UNSENT_AFTER, now), enqueued_at=None
    )
    sent = pending.filter(_before_or_never("enqueued_at", now - LOOKED_FOR_AFTER, now))
    rows = [*unsent.order_by("created_at")[:BATCH]]
    try:
        rows += _without_trace(sent.order_by("enqueued_at")[:BATCH])
    except RedisError:
        outages.warning("redis_away", unsent=len(rows))
        return 0
    return _send_all([row.pk for row in rows], now=now)


def _before_or_never(field: str, moment: datetime, now: datetime) -> Q:
    """Before `moment`; or in a future that only a clock which was ahead has seen."""
    return Q(**{f"{field}__lte": moment}) | Q(**{f"{field}__gt": now + FAR})


def fail_lost(now: datetime) -> int:
    """Close runs whose lease has run out: their worker is gone. Returns how many.

    To be called by one that has seen the database for longer than a lease: else it may
    be the caller that was away.
    """
    running = WorkflowExecution.objects.filter(
        status=Status.RUNNING, enqueued_at__isnull=False
    )
    # Whoever lives renews it; of a clock that was ahead it would run for ever.
    running.filter(lease_until__gt=now + LEASE + FAR).update(lease_until=now + LEASE)
    lost = running.filter(lease_until__lt=now).values_list("pk", "lease_until")[:BATCH]
    for pk, lease_until in lost:
        assert lease_until  # it has run out
        seen = last_alive(lease_until)
        close_lost_execution(pk, told=WORKER_LOST, now=now, alive_at=seen)
        log.warning("execution_lost", execution=str(pk))
    return len(lost)


def _without_trace(
    rows: Iterable[WorkflowExecution],
) -> list[WorkflowExecution]:
    jobs = {_job_id(row.pk, row.send_count): row for row in rows}
    there = known(list(jobs)) if jobs else set()
    return [row for job_id, row in jobs.items() if job_id not in there]


def _send_all(execution_ids: Iterable[UUID], *, now: datetime) -> int:
    sent = 0
    for pk in execution_ids:
        try:
            sent += _send(pk, now=now)
        except RedisError as error:
            outages.warning("execution_unsent", execution=str(pk), error=str(error))
            break
    return sent


def _send(execution_id: UUID, *, now: datetime) -> int:
    """1 if it was sent; 0 if it is no longer pending, or someone else is sending it."""
    row = WorkflowExecution.objects.filter(pk=execution_id, status=Status.PENDING)
    sends = row.values_list("send_count", flat=True).first()
    if sends is None or not row.filter(send_count=sends).update(send_count=sends + 1):
        return 0
    queue().enqueue_call(
        "workflows.jobs.run_execution",
        args=(str(execution_id),),
        job_id=_job_id(execution_id, sends + 1),
        # A backstop only: the job sets the deadline itself.
        timeout=settings.EXECUTION_TIMEOUT_SECONDS + 30,
        result_ttl=KEPT_SECONDS,
        failure_ttl=KEPT_SECONDS,
    )
    # Not conditional on `pending`: a worker may have claimed it already, and `enqueued_at`
    # is what tells that it runs on its own.
    WorkflowExecution.objects.filter(pk=execution_id).update(enqueued_at=now)
    return 1


def _job_id(execution_id: UUID, send: int) -> str:
    return f"execution-{execution_id}-{send}"

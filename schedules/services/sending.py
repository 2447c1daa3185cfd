"""Handing runs to the queue after their transaction has committed, never before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

import structlog
from django.db import transaction

from schedules.messages import Alarm, RedisAway, Send
from schedules.models import RunStatus, ScheduledRun
from schedules.scheduler import get_scheduler_service
from schedules.services.ledger import NewRun
from workflows.outages import OutageLog

outages = OutageLog(structlog.get_logger(__name__))
Run = ScheduledRun | NewRun


def send_on_commit(runs: Iterable[Run], *, now: datetime) -> None:
    """Send those of `runs` that may start once the caller's transaction has committed."""
    ready = [run for run in runs if run.status == RunStatus.PENDING]
    if ready:
        transaction.on_commit(partial(send, ready, now=now))


def send(runs: Sequence[Run], *, now: datetime) -> bool:
    """Enqueue pending runs and write down that they were sent; False if Redis is away.

    A run that was not sent stays pending with no `enqueued_at`: the sweep sends it.
    """
    sent = enqueue(runs, now=now)
    if sent:
        mark_sent(runs, now=now)
    return sent


def enqueue(
    runs: Sequence[Run], alarms: Sequence[Alarm] = (), *, now: datetime
) -> bool:
    """Put pending runs in the queue and move alarms, in one go; False if Redis is away."""
    sends = [
        Send(run.schedule_id, run.id, run.scheduled_for, run.attempt, run.send_count)
        for run in runs
    ]
    try:
        get_scheduler_service().send(sends, alarms, now=now)
    except RedisAway as error:
        outages.warning("runs_not_sent", runs=len(sends), error=str(error))
        return False
    return True


def mark_sent(runs: Sequence[Run], *, now: datetime) -> None:
    """A worker may have the run already: only one that is still pending is marked."""
    if runs:
        ScheduledRun.objects.filter(
            pk__in=[run.id for run in runs], status=RunStatus.PENDING
        ).update(enqueued_at=now)

"""Schedules in bulk, and an empty ground between two measurements."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command

from schedules.models import ScheduledJob, ScheduleType
from schedules.rq.messages import alarm_id
from workflows.execution.queue import connection as redis_connection
from workflows.models import Workflow

HOUR = timedelta(hours=1)
BATCH = 1_000


def clear() -> None:
    """Nothing in the database, nothing in Redis."""
    call_command("flush", interactive=False, verbosity=0)
    redis_connection().flushall()


def cron_expressions(due_at: datetime) -> list[str]:
    """Sixty expressions with a tick at `due_at`, a whole minute: what a site has.

    In practice 100,000 schedules share fewer than a hundred.
    """
    return [f"{due_at.minute},{minute} * * * *" for minute in range(60)]


def populate(
    count: int,
    kind: ScheduleType,
    *,
    due_at: datetime,
    spread_seconds: int = 1,
    vary: Callable[[int], dict[str, Any]] = lambda number: {},
    **fields: Any,
) -> User:
    """Make `count` active schedules due from `due_at` on, evenly over whole seconds; they
    are those of the user that is returned. `vary` has fields for the schedule of a number.
    """
    owner = User.objects.create(username="benchmark")
    workflow = Workflow.objects.create(name="benchmark", owner=owner)
    expressions = cron_expressions(due_at)
    schedules = (
        _schedule(
            owner=owner,
            workflow=workflow,
            due_at=due_at + timedelta(seconds=number * spread_seconds // count),
            **{
                "name": f"schedule {number}",
                "cron_expression": expressions[number % len(expressions)]
                if kind == ScheduleType.CRON
                else "",
            }
            | fields
            | vary(number),
        )
        for number in range(count)
    )
    for batch in _batches(schedules):
        ScheduledJob.objects.bulk_create(batch)
    return owner


def _schedule(*, due_at: datetime, cron_expression: str, **fields: Any) -> ScheduledJob:
    id = uuid.uuid4()
    when: dict[str, Any]
    if cron_expression:
        when = {"schedule_type": ScheduleType.CRON, "cron_expression": cron_expression}
    else:
        when = {
            "schedule_type": ScheduleType.INTERVAL,
            "interval_seconds": HOUR.seconds,
            "anchor_at": due_at - HOUR,
        }
    times = {
        "next_tick_at": due_at,
        "next_run_at": due_at,
        "created_at": due_at - HOUR,
        "updated_at": due_at - HOUR,
    }
    own = {"rq_job_id": alarm_id(id), "timezone": "UTC"}
    return ScheduledJob(id=id, **own | times | when | fields)


def _batches(schedules: Iterator[ScheduledJob]) -> Iterator[list[ScheduledJob]]:
    while batch := list(islice(schedules, BATCH)):
        yield batch

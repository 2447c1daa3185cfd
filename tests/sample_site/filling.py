"""Filling the database of a site with the samples."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import Actor, create_schedule, pause_schedule
from schedules.timing import next_after
from tests.graphs import startable
from tests.sample_site.samples import (
    ENDED,
    OVERDUE,
    PAUSED,
    PEOPLE,
    PROPOSED,
    SAMPLES,
    Sample,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MOST_RUNS = 150


def fill_sample_site(now: datetime) -> None:
    """Fill an empty, migrated database, as it would be at `now`."""

    users = {
        name: User.objects.create_user(
            name, first_name=first, last_name=last, is_staff=True
        )
        for name, (first, last) in PEOPLE.items()
    }
    numbers = Random(7)
    for sample in SAMPLES:
        _add(sample, users[sample.owner], now=now, numbers=numbers)


def _add(sample: Sample, owner: Any, *, now: datetime, numbers: Random) -> None:

    workflow = startable(sample.workflow, owner)
    fields = {"name": sample.name, "workflow": workflow, "tags": [*sample.tags]}
    fields |= sample.fields
    if "run_at" in fields:
        fields["run_at"] = now - 5 * HOUR
    long_ago = now - 400 * DAY
    agent = Actor.agent(owner, execution_id=None) if sample.name in PROPOSED else None
    begun = now - 20 * MINUTE if agent else long_ago
    if agent:
        fields["end_at"] = now + 30 * DAY
    schedule = create_schedule(fields, actor=agent or Actor.person(owner), now=begun)
    if note := PAUSED.get(sample.name):
        actor = Actor.person(owner)
        pause_schedule(schedule.pk, actor=actor, now=begun + DAY, note=note)
    if agent is None:
        runs = [*_runs(schedule, sample, now=now, numbers=numbers)]
        ScheduledRun.objects.bulk_create(runs)
    _set_state(ScheduledJob.objects.filter(pk=schedule.pk), schedule, sample, now)


def _ticks(schedule: ScheduledJob, now: datetime) -> list[datetime]:
    """The last ticks before now, newest first."""
    if schedule.run_at:
        return [schedule.run_at]
    for reach in (DAY * 2**power for power in range(9)):
        enough = len([*islice(_between(schedule, now - reach, now), 40)])
        if enough == 40:
            break
    return [*_between(schedule, now - reach, now)][::-1][:MOST_RUNS]


def _between(
    schedule: ScheduledJob, since: datetime, until: datetime
) -> Iterator[datetime]:
    at = next_after(schedule.timing, since)
    while at and at <= until:
        yield at
        at = next_after(schedule.timing, at)


_STATUSES = {
    "s": "succeeded",
    "f": "failed",
    "m": "missed",
    "k": "skipped",
    "c": "cancelled",
    "r": "running",
}
_REASONS = {"missed": "window", "skipped": "paused"}


def _runs(
    schedule: Any, sample: Sample, *, now: datetime, numbers: Random
) -> Iterator[Any]:

    for place, at in enumerate(_ticks(schedule, now)):
        outcome = sample.outcomes[place : place + 1] or "s"
        status = _STATUSES[outcome]
        late = timedelta(seconds=abs(numbers.gauss(0.3, 0.3)))
        took = timedelta(seconds=sample.takes * numbers.uniform(0.7, 1.4))
        began = outcome in "sfr"
        yield ScheduledRun(
            schedule=schedule,
            schedule_name=schedule.name,
            epoch=1,
            origin="schedule",
            scheduled_for=at,
            due_at=at,
            status=status,
            reason=_REASONS.get(status, ""),
            enqueued_at=at + late / 2 if began else None,
            started_at=at + late if began else None,
            finished_at=None if outcome == "r" else min(now, at + late + took),
            token=uuid4() if outcome == "r" else None,
            lease_until=now + HOUR if outcome == "r" else None,
            failure_kind="node" if outcome == "f" else "",
            error="HTTP 503 from stock.example.com" if outcome == "f" else "",
            created_at=at,
        )


def _set_state(rows: Any, schedule: Any, sample: Sample, now: datetime) -> None:

    failures = len(sample.outcomes) - len(sample.outcomes.lstrip("f"))
    following = next_after(schedule.timing, now)
    rows.update(
        consecutive_failures=failures,
        next_tick_at=following or schedule.next_tick_at,
        next_run_at=following or schedule.next_run_at,
    )
    if sample.name == "Sandbox clean-up":
        rows.update(
            status="paused",
            reason_code="failures",
            status_reason="5 failures in a row",
        )
    if sample.name in OVERDUE:
        late = now - timedelta(seconds=38)
        rows.update(next_tick_at=late, next_run_at=late)
    if sample.name in ENDED:
        rows.update(status="stopped", reason_code="completed")
    if sample.name in PROPOSED:
        rows.update(status="paused", reason_code="proposal", awaits_approval=True)

"""Ticks that fire, runs that start and end, and the ledger in words."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from itertools import count
from uuid import UUID

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import fire_due
from schedules.services.runs.claims import claim_run, claimed_run
from schedules.services.runs.outcomes import Outcome, record_outcome
from tests.schedules.policies import MINUTE, NOON, SECOND, told
from workflows.execution.guard import Lease, LeaseState
from workflows.failures import FailureKind

_microseconds = count(1)


def outcome_of(status: str, error: str = "") -> Outcome:
    """An outcome; what failed, failed in a node."""
    kind = FailureKind.NODE if status == "failed" else None
    return Outcome(status, error, kind)


def succeeded(schedule: ScheduledJob, at: datetime, *, minutes: float) -> ScheduledRun:
    """A run that took so long, to be saved."""
    return ScheduledRun(
        schedule=schedule,
        schedule_name=schedule.name,
        epoch=1,
        origin="schedule",
        scheduled_for=at,
        due_at=at,
        status="succeeded",
        started_at=at,
        finished_at=at + minutes * MINUTE,
        created_at=at,
    )


def held(schedule: ScheduledJob) -> list[str]:
    """The ledger in words, times in minutes past noon: "2 catch_up waiting"."""
    return told(
        ScheduledRun.objects.filter(schedule=schedule).order_by("scheduled_for")
    )


def fire(*minutes: float) -> None:
    for minute in minutes:
        fire_due(NOON + minute * MINUTE)


def run_of(schedule: ScheduledJob, minute: int) -> ScheduledRun:
    return ScheduledRun.objects.get(
        schedule=schedule, scheduled_for=NOON + minute * MINUTE
    )


def start(schedule: ScheduledJob, minute: int) -> ScheduledRun:
    run = run_of(schedule, minute)
    _start(run, minute)
    return run


def _start(run: ScheduledRun, minute: float) -> None:
    # Never two at the same time, so that their order is known.
    now = NOON + minute * MINUTE + next(_microseconds) * SECOND / 1_000_000
    assert claim_run(run.id, run.attempt, token=run.id, now=now)


def renew(run_id: UUID, token: UUID, *, now: datetime) -> LeaseState:
    """The attempt with this token holds on to its run, if it still has it."""
    lease = Lease(
        partial(claimed_run, run_id, token), now, timeout_seconds=60, names={}
    )
    return lease.renew(now=now)


def end(run: ScheduledRun, minute: float, status: str = "succeeded") -> None:
    now = NOON + minute * MINUTE
    assert record_outcome(run.id, token=run.id, outcome=outcome_of(status), now=now)


def end_open(schedule: ScheduledJob, minute: float) -> bool:
    """Start the one run that may start or runs, and end it; False if there is none."""
    run = ScheduledRun.objects.filter(
        schedule=schedule, status__in=("pending", "running")
    ).first()
    if run is None:
        return False
    if run.status == "pending":
        _start(run, minute)
    end(run, minute)
    return True

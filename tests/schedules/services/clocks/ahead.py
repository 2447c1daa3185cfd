"""A clock that was ahead: firing by it, and putting right what it wrote."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.policy.conservation import Account
from schedules.services import (
    fire_due,
)
from schedules.services.clocks.withdrawing import withdraw_batch
from schedules.services.insight.audit import audit
from schedules.services.ledger.ahead import ledger_ahead
from schedules.services.runs.claims import claim_run
from schedules.services.runs.outcomes import record_outcome
from tests.schedules.conftest import NOON
from tests.schedules.policies import told
from tests.schedules.runs import outcome_of

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AHEAD = NOON + 2 * DAY
# The clock is right again; the ticks of noon to then have passed.
BACK = NOON + 90 * SECOND


def fire_all(now: datetime) -> None:
    while fire_due(now).schedules:
        pass


def put_right(now: datetime = BACK) -> None:
    tried: set[Any] = set()
    while withdraw_batch(now, tried):
        pass
    assert ledger_ahead(now) is None


def start_and_end(run: ScheduledRun, now: datetime, status: Any = "succeeded") -> None:
    token = uuid4()
    assert claim_run(run.pk, run.attempt, token=token, now=now)
    record_outcome(run.pk, token=token, outcome=outcome_of(status), now=now)


def pending() -> ScheduledRun:
    return ScheduledRun.objects.get(status="pending")


def account_of(schedule: ScheduledJob) -> Account:
    (account,) = audit([schedule.pk])
    assert account.problems == []
    return account


def rows(schedule: ScheduledJob) -> list[str]:
    return told(schedule.runs.order_by("scheduled_for"))


def events(schedule: ScheduledJob) -> list[ScheduleEvent]:
    return list(schedule.events.filter(verb="withdraw"))

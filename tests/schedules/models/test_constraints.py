"""What the database itself refuses, whatever code writes to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from redis import Redis

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import fire_due
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
DUE = NOON + timedelta(minutes=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"cron_expression": "* * * * *"},
        {"interval_seconds": None},
        {"interval_seconds": 0},
        {"anchor_at": None},
        {"run_at": NOON},
        {"schedule_type": "cron"},
        {"schedule_type": "sometimes"},
        {"status": "asleep"},
        {"overlap_policy": "maybe"},
        {"catchup_policy": "some"},
        {"next_run_at": None},
        {"max_runs": 0},
        {"start_at": DUE, "end_at": NOON},
        {"run_on": "the moon"},
        {"when_object_gone": "forget"},
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(
    redis: Redis, make_schedule: MakeSchedule, wrong: dict[str, Any]
) -> None:
    schedule = make_schedule()
    with pytest.raises(IntegrityError):
        ScheduledJob.objects.filter(pk=schedule.pk).update(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "running"},
        {"status": "asleep"},
        {"origin": "elsewhere"},
        {"reason": "whim"},
        {"tick_count": 2},
        {"tick_count": 0},
        {"range_end": DUE},
        {"failure_kind": "node"},
        {"status": "failed"},
        {"status": "failed", "failure_kind": "whim"},
        {"status": "waiting", "attempt": 2},
    ],
)
def test_a_ledger_row_that_makes_no_sense_is_refused(
    redis: Redis, make_schedule: MakeSchedule, wrong: dict[str, Any]
) -> None:
    make_schedule()
    fire_due(DUE)
    with pytest.raises(IntegrityError):
        ScheduledRun.objects.update(**wrong)


@pytest.mark.parametrize(
    ("first", "second"),
    [("schedule", "schedule"), ("schedule", "catch_up"), ("backfill", "backfill")],
)
def test_a_tick_has_one_ledger_row_and_one_backfill_row(
    redis: Redis, make_schedule: MakeSchedule, first: str, second: str
) -> None:
    twin = twin_of_a_fired_run(make_schedule, first, second)
    with pytest.raises(IntegrityError):
        twin.save(force_insert=True)


@pytest.mark.parametrize(
    ("first", "second"), [("schedule", "backfill"), ("manual", "manual")]
)
def test_backfills_and_runs_by_hand_stand_beside_the_tick(
    redis: Redis, make_schedule: MakeSchedule, first: str, second: str
) -> None:
    twin_of_a_fired_run(make_schedule, first, second).save(force_insert=True)
    assert ScheduledRun.objects.count() == 2


def twin_of_a_fired_run(
    make_schedule: MakeSchedule, first: str, second: str
) -> ScheduledRun:
    make_schedule()
    fire_due(DUE)
    ScheduledRun.objects.update(origin=first)
    twin = ScheduledRun.objects.get()
    twin.pk, twin.origin = None, second
    return twin

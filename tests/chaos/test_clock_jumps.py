"""The clock jumps, forward by days and back: no tick is lost and none fires again."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from redis import Redis

from schedules.exceptions import InvalidSchedule, ScheduleStopped
from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import (
    Actor,
    backfill,
    fire_due,
    pause_schedule,
    resume_schedule,
    run_now,
    sweep,
    update_schedule,
)
from schedules.services.clocks.withdrawing import withdraw_batch
from schedules.services.insight.audit import audit
from schedules.services.ledger.ahead import ledger_ahead
from schedules.services.runs.claims import claim_run
from schedules.services.runs.outcomes import record_outcome
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import outcome_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


JUMPS = [1, 30, 61, 600, 90_000, -45, -7_200, -90_000]
Started = Counter[tuple[UUID, datetime]]


@pytest.mark.parametrize("seed", range(3))
def test_a_clock_that_jumps_loses_and_doubles_nothing(
    seed: int, redis: Redis, make_schedule: MakeSchedule
) -> None:
    chance = random.Random(seed)
    schedules = [
        make_schedule(catchup_policy="all", overlap_policy="allow"),
        make_schedule(catchup_policy="latest", cron_expression="*/5 * * * *"),
        make_schedule(catchup_policy="none", jitter_seconds=30),
        make_schedule(interval_seconds=600, overlap_policy="queue", max_runs=40),
        make_schedule(run_at=NOON + timedelta(hours=3)),
    ]
    now, started = NOON, Started()
    for step in range(20):
        now = max(NOON, now + timedelta(seconds=chance.choice(JUMPS)))
        while fire_due(now).schedules:
            pass
        _start_some(chance, started, now)
        sweep(now, judge_leases=True)
        if chance.random() < 0.5:
            withdraw_all(now)
        _do_something(chance, chance.choice(schedules), now)
        for account in audit():
            assert account.is_balanced, f"seed {seed}, step {step}: {account.problems}"
    rows = Counter(
        ScheduledRun.objects.exclude(origin__in=["manual", "backfill"]).values_list(
            "schedule_id", "scheduled_for"
        )
    )
    assert max(rows.values()) == 1, f"seed {seed}"
    assert max(started.values()) == 1, f"seed {seed}: {started.most_common(3)}"


def withdraw_all(now: datetime) -> None:
    tried: set[UUID] = set()
    while withdraw_batch(now, tried):
        pass
    assert not tried
    assert ledger_ahead(now) is None


def _start_some(chance: random.Random, started: Started, now: datetime) -> None:
    pending = ScheduledRun.objects.filter(status="pending").exclude(origin="manual")
    for run in pending.order_by("scheduled_for")[: chance.randrange(5)]:
        token = uuid4()
        if claim_run(run.pk, run.attempt, token=token, now=now):
            started[run.schedule_id, run.scheduled_for] += 1
            outcome = outcome_of(chance.choice(["succeeded", "failed"]))
            record_outcome(run.pk, token=token, outcome=outcome, now=now)


def _do_something(chance: random.Random, schedule: ScheduledJob, now: datetime) -> None:
    actor = Actor.person(schedule.owner)
    with suppress(ScheduleStopped, InvalidSchedule):
        match chance.randrange(7):
            case 0:
                pause_schedule(schedule.pk, actor=actor, now=now)
            case 1:
                catch_up = chance.choice(["none", "latest", "all"])
                resume_schedule(schedule.pk, actor=actor, now=now, catch_up=catch_up)
            case 2:
                fields = {"start_at": now + timedelta(seconds=chance.randrange(60))}
                update_schedule(schedule.pk, fields, actor=actor, now=now)
            case 3:
                fields = {"interval_seconds": chance.choice([60, 300, 3600])}
                update_schedule(schedule.pk, fields, actor=actor, now=now)
            case 4:
                hour = timedelta(hours=1)
                backfill(
                    schedule.pk, from_at=now - hour, to_at=now, actor=actor, now=now
                )
            case 5:
                run_now(schedule.pk, actor=actor, now=now)

"""The clock jumps, forward by days and back: no tick is lost and none fires again."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from redis import Redis

from schedules.models import ScheduledRun
from schedules.services import (
    Actor,
    fire_due,
    pause_schedule,
    resume_schedule,
    sweep,
    update_schedule,
)
from schedules.services.auditing import audit
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.mark.parametrize("seed", range(4))
def test_a_clock_that_jumps_loses_and_doubles_nothing(
    seed: int, redis: Redis, make_schedule: MakeSchedule
) -> None:
    chance = random.Random(seed)
    schedules = [
        make_schedule(catchup_policy="all", overlap_policy="allow"),
        make_schedule(catchup_policy="latest", cron_expression="*/5 * * * *"),
        make_schedule(catchup_policy="none", jitter_seconds=30),
    ]
    actor = Actor.person(schedules[0].owner)
    now = NOON
    for _ in range(25):
        now += timedelta(seconds=chance.choice([1, 30, 61, 600, 90_000, -45, -7_200]))
        while fire_due(now).schedules:
            pass
        sweep(now, judge_leases=True)
        pk = chance.choice(schedules).pk
        match chance.randrange(4):
            case 0:
                pause_schedule(pk, actor=actor, now=now)
            case 1:
                catch_up = chance.choice(["none", "latest", "all"])
                resume_schedule(pk, actor=actor, now=now, catch_up=catch_up)
            case 2:
                fields = {"start_at": now + timedelta(seconds=chance.randrange(60))}
                update_schedule(pk, fields, actor=actor, now=now)
    for proof in audit():
        assert proof.holds, f"seed {seed}: {proof.faults}"
    rows = Counter(ScheduledRun.objects.values_list("schedule_id", "scheduled_for"))
    assert max(rows.values()) == 1, f"seed {seed}"

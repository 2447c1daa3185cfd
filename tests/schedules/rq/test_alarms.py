"""At its start a scheduler makes the alarms those of the active schedules, by difference."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis

from schedules.models import ScheduledJob
from schedules.rq.messages import AlarmChanges
from schedules.scheduler import get_scheduler_service
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
DUE = NOON + timedelta(minutes=1)
ALARMS = "rq:scheduler:scheduled_jobs"
WRITES = ("zadd", "hset", "zrem", "del", "rpush", "set")


def register() -> AlarmChanges:
    return get_scheduler_service().sync_jobs_on_startup()


def alarms(redis: Redis) -> dict[str, float]:
    return {
        member.decode(): at
        for member, at in redis.zrange(ALARMS, 0, -1, withscores=True)
    }


def test_a_start_that_finds_all_in_step_touches_nothing(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    for _ in range(3):
        make_schedule()
    redis.config_resetstat()
    assert register() == AlarmChanges()
    used = redis.info("commandstats")
    assert not [name for name in WRITES if f"cmdstat_{name}" in used]


def test_after_a_flush_every_alarm_and_its_job_is_back(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedules = [make_schedule() for _ in range(3)]
    redis.flushall()
    assert register() == AlarmChanges(set=3)
    assert alarms(redis) == {job.rq_job_id: DUE.timestamp() for job in schedules}
    assert all(redis.exists(f"rq:job:{job.rq_job_id}") for job in schedules)


def test_a_missing_a_wrong_and_a_stale_alarm_are_mended_and_no_other(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    missing, wrong, paused, _sound = (make_schedule() for _ in range(4))
    expected = alarms(redis)
    redis.zrem(ALARMS, missing.rq_job_id)
    redis.zadd(ALARMS, {wrong.rq_job_id: NOON.timestamp()})
    redis.zadd(ALARMS, {"schedule-of-nobody": NOON.timestamp()})
    ScheduledJob.objects.filter(pk=paused.pk).update(status="paused", next_run_at=None)
    assert register() == AlarmChanges(set=2, removed=2)
    del expected[paused.rq_job_id]
    assert alarms(redis) == expected
    assert not redis.exists(f"rq:job:{paused.rq_job_id}")


def test_a_sites_own_entries_are_left_alone(redis: Redis, db: None) -> None:
    redis.zadd(ALARMS, {"their-own-report": NOON.timestamp()})
    assert register() == AlarmChanges()
    assert alarms(redis) == {"their-own-report": NOON.timestamp()}

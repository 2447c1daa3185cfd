"""The doctor names what is wrong and what to do about it."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from redis import Redis
from rq_scheduler import Scheduler

from schedules import heartbeat
from schedules.models import ScheduledRun, ScheduleEpoch
from schedules.services import fire_due
from schedules.services.doctoring import Severity, examine
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


def worst(subject: str, now=NOON) -> tuple[Severity, str]:
    found = [one for one in examine(now) if one.subject == subject]
    gravest = max(found, key=lambda one: one.severity)
    assert bool(gravest.remedy) == (gravest.severity > Severity.OK)
    return gravest.severity, gravest.what


@pytest.fixture
def staffed(redis: Redis) -> Redis:
    """A scheduler and a worker say that they are alive."""
    for kind in ("scheduler", "worker", "worker:workflows"):
        heartbeat.beat(redis, kind, "somebody")
    return redis


def test_nobody_alive_is_an_error(redis: Redis) -> None:
    assert worst("schedulers")[0] == Severity.ERROR
    assert worst("workers")[0] == Severity.ERROR


def test_with_a_scheduler_and_a_worker_both_are_fine(staffed: Redis) -> None:
    assert worst("schedulers")[0] == worst("workers")[0] == Severity.OK


def test_without_redis_it_says_so_and_looks_at_the_rest(db: None) -> None:
    assert worst("schedulers")[1].startswith("Redis cannot be reached")
    assert worst("overdue")[0] == Severity.OK


def test_a_redis_that_throws_keys_away_is_a_warning(staffed: Redis) -> None:
    staffed.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert "allkeys-lru" in worst("redis")[1]
    finally:
        staffed.config_set("maxmemory-policy", "noeviction")


def test_an_overdue_schedule_is_named(
    staffed: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule(name="late one")
    assert worst("overdue")[0] == Severity.OK
    assert "late one" in worst("overdue", NOON + 5 * MINUTE)[1]


def test_a_run_that_never_reached_the_queue_is_an_error(
    staffed: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    fire_due(NOON + MINUTE)
    ScheduledRun.objects.update(enqueued_at=None)
    assert worst("unsent", NOON + 2 * MINUTE)[0] == Severity.ERROR


def test_alarms_out_of_step_are_a_warning(
    staffed: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    assert worst("alarms")[0] == Severity.OK
    staffed.zrem("rq:scheduler:scheduled_jobs", schedule.rq_job_id)
    assert worst("alarms")[0] == Severity.WARNING


def test_schedules_of_an_older_tzdata_are_a_warning(
    staffed: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    ScheduleEpoch.objects.update(tzdata_version="2020a")
    assert "1 schedules" in worst("time zones")[1]


def test_a_clock_that_is_off_is_a_warning(staffed: Redis) -> None:
    # The time of the test is noon, which is not what the real Valkey says.
    assert worst("clocks")[0] == Severity.WARNING


def test_the_exit_status_is_the_gravest_finding(redis: Redis) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as exit_status:
        call_command("schedule_doctor", "--json", stdout=out)
    assert exit_status.value.code == 2
    findings = json.loads(out.getvalue())
    assert {"severity", "subject", "what", "remedy"} == set(findings[0])
    assert findings[0]["severity"] == "error"


def test_a_stock_scheduler_on_the_same_redis_is_a_warning(staffed: Redis) -> None:
    Scheduler(connection=staffed).register_birth()
    assert worst("other schedulers")[0] == Severity.WARNING

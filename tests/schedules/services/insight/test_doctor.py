"""The doctor names what is wrong and what to do about it."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from redis import Redis
from rq_scheduler import Scheduler

from schedules.causes import Severity
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEpoch
from schedules.rq import heartbeat
from schedules.services import fire_due
from schedules.services.insight.doctor import examine
from tests.graphs import add_graph
from tests.permissions import CALLS, allow
from tests.schedules.calls import REMIND, create, declare
from tests.schedules.conftest import NOON, MakeSchedule
from triggers.manual import run_workflow
from workflows.callables import declarations
from workflows.models import Workflow, WorkflowExecution

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
    assert worst("scheduler")[0] == Severity.ERROR
    assert worst("worker")[0] == Severity.ERROR


def test_with_a_scheduler_and_a_worker_both_are_fine(staffed: Redis) -> None:
    assert worst("scheduler")[0] == worst("worker")[0] == Severity.OK


def test_without_redis_it_says_so_and_looks_at_the_rest(db: None) -> None:
    subjects = [one.subject for one in examine(NOON)]
    assert subjects[0] == "redis"
    assert "time zones" in subjects
    assert not {"scheduler", "worker", "unsent", "alarms"} & set(subjects)


def test_a_redis_that_throws_keys_away_is_a_warning(staffed: Redis) -> None:
    staffed.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert "allkeys-lru" in worst("redis settings")[1]
    finally:
        staffed.config_set("maxmemory-policy", "noeviction")


def test_an_overdue_schedule_is_named(
    staffed: Redis, make_schedule: MakeSchedule
) -> None:
    # In real time: a clock that is days off would explain it.
    now = timezone.now()
    make_schedule(now, name="late one")
    assert worst("firing", now)[0] == Severity.OK
    ScheduledJob.objects.update(next_run_at=now - 4 * MINUTE)
    severity, what = worst("firing", now)
    assert severity == Severity.ERROR
    assert what == (
        "A schedule has been overdue for 4 minutes. "
        'Overdue: 1 schedule; the longest overdue is "late one".'
    )


def test_a_run_that_never_reached_the_queue_is_an_error(
    staffed: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    fire_due(NOON + MINUTE)
    ScheduledRun.objects.update(enqueued_at=None)
    assert worst("unsent", NOON + 2 * MINUTE)[0] == Severity.ERROR


def test_so_is_an_execution_by_hand(staffed: Redis, workflow: Workflow) -> None:
    add_graph(workflow, {"by_hand": ("trigger_manual", {})}, [])
    run_workflow(workflow, {}, user=workflow.owner, now=NOON)
    WorkflowExecution.objects.update(enqueued_at=None, created_at=NOON)
    assert worst("unsent", NOON + 2 * MINUTE) == (
        Severity.ERROR,
        "1 run not sent to the queue",
    )


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
    assert "1 schedule calculated with another version" in worst("time zones")[1]


def test_a_clock_that_is_off_is_told(staffed: Redis) -> None:
    # The time of the test is noon, which is not what the real Valkey says.
    assert worst("clock")[0] >= Severity.WARNING


def test_the_exit_status_is_the_gravest_finding(redis: Redis) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as exit_status:
        call_command("schedule_doctor", "--json", stdout=out)
    assert exit_status.value.code == 2
    findings = json.loads(out.getvalue())
    assert {"severity", "subject", "what", "remedy", "code"} == set(findings[0])
    assert findings[0]["severity"] == "error"


def test_a_stock_scheduler_on_the_same_redis_is_a_warning(staffed: Redis) -> None:
    Scheduler(connection=staffed).register_birth()
    assert worst("other schedulers")[0] == Severity.WARNING


def test_it_tells_how_long_the_oldest_run_has_been_waiting(
    staffed: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    assert worst("queue")[1] == "no run is waiting"
    fire_due(NOON + MINUTE)
    now = NOON + MINUTE + timedelta(seconds=48)
    assert worst("queue", now)[1] == "the oldest run has been waiting for 48 seconds"
    assert worst("queue", NOON + 3 * MINUTE)[0] == Severity.WARNING


def test_schedules_that_cannot_start_are_named(
    staffed: Redis, make_schedule: MakeSchedule, workflow: Workflow
) -> None:
    make_schedule(name="paused", status="paused")
    made = [make_schedule(name=f"job {number}") for number in range(7)]
    assert worst("triggers")[0] == Severity.OK
    workflow.nodes.update(is_active=False)
    severity, what = worst("triggers")
    assert severity == Severity.WARNING
    assert what.startswith(f'7 active schedules cannot start: "job 0" ({made[0].pk})')
    assert what.endswith(" and 2 more")


def test_a_call_that_would_fail_is_told_before_it_is_due(
    staffed: Redis, alice: User
) -> None:
    declare()
    create(allow(alice, *CALLS))
    assert worst("calls")[0] == Severity.OK
    declarations.by_name.pop(REMIND)
    severity, what = worst("calls")
    assert severity == Severity.WARNING
    assert '"job"' in what
    assert "Nothing of this name may be called" in what

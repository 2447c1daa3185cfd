"""The main job, on real parts: a schedule fires a workflow, and its outcome is recorded."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from redis import Redis

from schedules.models import ScheduledRun
from schedules.services import (
    Actor,
    create_schedule,
    pause_schedule,
    resume_schedule,
    run_now,
)
from tests.integration.processes import Manage, wait_until
from tests.permissions import allow
from tests.schedules.conftest import MakeSchedule

pytestmark = pytest.mark.django_db(transaction=True)


def succeeded() -> int:
    return ScheduledRun.objects.filter(status="succeeded").count()


@pytest.mark.both_databases
def test_a_schedule_runs_its_workflow_again_and_again(
    scheduler: Manage, worker: Manage, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(
        timezone.now(), interval_seconds=1, trigger_payload={"name": "world"}
    )
    wait_until(lambda: succeeded() >= 2)
    run = ScheduledRun.objects.filter(status="succeeded").latest("scheduled_for")
    assert run.execution is not None
    assert run.execution.status == "succeeded"
    assert run.execution.event["payload"] == {"name": "world"}
    said = run.execution.node_runs.get(node_id="say")
    assert said.output == "hello world"
    schedule.refresh_from_db()
    assert schedule.run_count >= 2
    assert schedule.last_run_at is not None
    assert schedule.error_count == 0


def test_a_schedule_calls_a_function_again_and_again(
    scheduler: Manage, worker: Manage, alice: User
) -> None:
    allow(alice, "ostinato_workflows.call_function")
    fields = {
        "name": "count",
        "call": "workflows.example_functions.text_summary",
        "arguments": {"text": "two words"},
        "interval_seconds": 1,
    }
    create_schedule(fields, actor=Actor.person(alice), now=timezone.now())
    wait_until(lambda: succeeded() >= 2)
    run = ScheduledRun.objects.filter(status="succeeded").latest("scheduled_for")
    assert run.execution is not None
    called = run.execution.node_runs.get(component_type="call_function")
    assert called.output == {"characters": 9, "words": 2, "lines": 1}


@pytest.mark.both_databases
def test_a_paused_schedule_does_not_run_and_a_resumed_one_does(
    scheduler: Manage, worker: Manage, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(timezone.now(), interval_seconds=1)
    actor = Actor.person(schedule.owner)
    wait_until(lambda: succeeded() >= 1)
    pause_schedule(schedule.id, actor=actor, now=timezone.now())
    paused_at = timezone.now()
    nominal = paused_at.timestamp() + 2.5
    wait_until(lambda: timezone.now().timestamp() > nominal)
    assert not ScheduledRun.objects.filter(started_at__gt=paused_at).exists()
    assert not ScheduledRun.objects.filter(scheduled_for__gt=paused_at).exists()
    resumed = resume_schedule(schedule.id, actor=actor, now=timezone.now())
    assert resumed.passed >= 2
    before = succeeded()
    wait_until(lambda: succeeded() > before)
    # It may begin with a tick just before the pause, which also withdraws a queued run.
    gap = ScheduledRun.objects.filter(reason="paused").latest("scheduled_for")
    assert gap.tick_count == resumed.passed


def test_a_paused_schedule_can_be_run_by_hand(
    worker: Manage, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(timezone.now(), interval_seconds=3600)
    actor = Actor.person(schedule.owner)
    pause_schedule(schedule.id, actor=actor, now=timezone.now())
    run_now(schedule.id, actor=actor, now=timezone.now())
    wait_until(lambda: succeeded() == 1)


def test_a_flushed_redis_costs_no_tick(
    scheduler: Manage, worker: Manage, make_schedule: MakeSchedule, redis: Redis
) -> None:
    make_schedule(timezone.now(), interval_seconds=1)
    wait_until(lambda: succeeded() >= 1)
    redis.flushall()
    before = succeeded()
    wait_until(lambda: succeeded() >= before + 2)
    wait_until(lambda: redis.zcard("rq:scheduler:scheduled_jobs") == 1)

"""Runs of schedules that call: the workflow that the system has made runs like any other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from redis import Redis

from schedules import jobs
from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import Actor, fire_due, run_now
from tests.schedules.calls import REMIND, alice, callables, create
from workflows.callables import declarations

__all__ = ["alice", "callables"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def attempt(run: ScheduledRun) -> ScheduledRun:
    jobs.execute_scheduled_trigger(
        str(run.schedule_id), run.scheduled_for.isoformat(), str(run.id), run.attempt
    )
    run.refresh_from_db()
    return run


def ticked(alice: User) -> ScheduledRun:
    now = timezone.now()
    create(alice, now=now - timedelta(seconds=61))
    fire_due(now)
    return ScheduledRun.objects.get()


def test_the_arguments_reach_the_function_and_its_result_is_kept(
    redis: Redis, alice: User
) -> None:
    run = attempt(ticked(alice))
    assert run.status == "succeeded"
    assert run.execution is not None
    assert run.execution.event["payload"] == {"customer": "Ada"}
    called = run.execution.node_runs.get(component_type="call_function")
    assert called.output == "Ada after 14 days since None"


def test_it_can_be_run_by_hand(redis: Redis, alice: User):
    schedule = create(alice)
    run = run_now(schedule.pk, actor=Actor.person(alice), now=timezone.now())
    assert attempt(run).status == "succeeded"


def test_arguments_are_plain_data_and_never_rendered(redis: Redis, alice: User):
    schedule = create(alice, arguments={"customer": "{{ site }} {% x %}", "days": 1})
    run = run_now(schedule.pk, actor=Actor.person(alice), now=timezone.now())
    called = attempt(run).execution.node_runs.get(component_type="call_function")
    assert called.output == "{{ site }} {% x %} after 1 days since None"


def test_a_callable_that_is_gone_breaks_the_run_and_pauses_the_schedule(
    redis: Redis, alice: User
) -> None:
    run = ticked(alice)
    declarations.by_name.pop(REMIND)
    assert attempt(run).failure_kind == "broken"
    schedule = ScheduledJob.objects.get()
    assert (schedule.status, schedule.reason_code) == ("paused", "cannot_run")
    assert REMIND in schedule.status_reason


def test_the_owner_needs_the_permission_when_it_runs(redis: Redis, alice: User):
    run = ticked(alice)
    alice.user_permissions.clear()
    assert attempt(run).failure_kind == "not_allowed"


def test_a_management_command_runs_too(redis: Redis, alice: User):
    schedule = create(alice, "clearsessions", arguments={})
    assert schedule.workflow.nodes.get(node_id="call").component_type == "run_command"
    run = run_now(schedule.pk, actor=Actor.person(alice), now=timezone.now())
    assert attempt(run).status == "succeeded", run.error

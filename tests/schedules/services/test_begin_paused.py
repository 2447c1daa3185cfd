"""A schedule that begins paused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from redis import Redis

from schedules.exceptions import AgentRefused, InvalidSchedule
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.scheduler import get_scheduler_service
from schedules.services import (
    Actor,
    create_or_find,
    create_schedule,
    fire_due,
    pause_schedule,
    resume_schedule,
)
from schedules.services.insight.audit import audit
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.policies import told
from tests.schedules.services.agents.conftest import allow
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def test_it_has_a_first_tick_and_no_next_run(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(status="paused")
    assert (schedule.status, schedule.status_reason) == ("paused", "")
    assert (schedule.next_tick_at, schedule.next_run_at) == (NOON + MINUTE, None)
    assert not schedule.awaits_approval
    assert fire_due(NOON + DAY).schedules == 0
    (event,) = ScheduleEvent.objects.all()
    assert (event.verb, event.after["status"]) == ("create", "paused")


def test_a_schedule_created_paused_has_no_alarm(
    redis: Redis, make_schedule: MakeSchedule, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        make_schedule(status="paused")
    assert get_scheduler_service().due_entries(NOON + DAY) == []


def test_resuming_it_accounts_for_what_passed(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(status="paused")
    actor = Actor.person(alice)
    resumed = resume_schedule(schedule.id, actor=actor, now=NOON + 2.5 * MINUTE)
    assert resumed.passed == 2
    schedule.refresh_from_db()
    assert schedule.next_run_at == NOON + 3 * MINUTE
    assert told(ScheduledRun.objects.all()) == ["1-2 x2 skipped paused"]
    assert next(audit()).is_balanced


def test_the_same_key_finds_it_whatever_its_state_has_become(
    make_schedule: MakeSchedule, workflow: Workflow, alice: User
) -> None:
    fields = {"name": "job", "workflow": workflow, "interval_seconds": 60}
    actor = Actor.person(alice)

    def asked(status: str) -> tuple[bool, str]:
        made = create_or_find(
            fields, actor=actor, now=NOON, idempotency_key="k", status=status
        )
        return made.is_new, made.schedule.status

    assert asked("paused") == (True, "paused")
    assert asked("paused") == (False, "paused")
    assert asked("active") == (False, "paused")
    resume_schedule(ScheduledJob.objects.get().id, actor=actor, now=NOON)
    assert asked("paused") == (False, "active")
    assert ScheduledJob.objects.count() == 1


@pytest.mark.parametrize("status", ["stopped", "", "Paused", None])
def test_it_begins_in_no_other_state(make_schedule: MakeSchedule, status: Any) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        make_schedule(status=status)
    assert refused.value.errors == {
        "status": ["Give active or paused: a new schedule has one of these states."]
    }


def test_whoever_made_it_paused_has_paused_it(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(status="paused")
    pause_schedule(schedule.id, actor=Actor.person(alice), now=NOON)
    assert ScheduleEvent.objects.count() == 1  # nothing new
    allow(alice, agents_propose=True)
    with pytest.raises(AgentRefused) as refused:
        resume_schedule(schedule.id, actor=Actor.agent(alice), now=NOON)
    assert refused.value.code == "agent_approval"


def test_an_agents_paused_schedule_counts_as_kept_and_not_as_active(
    workflow: Workflow, alice: User
) -> None:
    allow(alice, agent_max_active_schedules=1)
    agent = Actor.agent(alice)

    def make(status: str) -> ScheduledJob:
        fields = {"name": "a", "workflow": workflow, "interval_seconds": 3600}
        return create_schedule(fields, actor=agent, now=NOON, status=status)

    paused = [make("paused"), make("paused")]
    make("active")
    with pytest.raises(AgentRefused) as refused:
        resume_schedule(paused[0].id, actor=agent, now=NOON)
    assert refused.value.code == "agent_quota"
    assert paused[0].end_at is not None  # an agent's ends, paused or not


def test_a_proposing_agents_paused_schedule_awaits_approval(
    workflow: Workflow, alice: User
) -> None:
    allow(alice, agents_propose=True)
    fields = {"name": "a", "workflow": workflow, "interval_seconds": 3600}
    made = create_schedule(fields, actor=Actor.agent(alice), now=NOON, status="paused")
    assert (made.status, made.awaits_approval) == ("paused", True)

"""What an agent revives keeps every limit that it would keep as a new schedule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from schedules.models import ScheduledJob, ScheduleEvent
from schedules.services import Actor, create_schedule, fire_due, update_schedule
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.services.agents.conftest import (
    DAY,
    LATEST,
    Propose,
    allow,
    refusal,
)
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
LATER = NOON + 2 * HOUR
Revive = Callable[..., ScheduledJob]


@pytest.fixture
def over(by_agent: Propose) -> ScheduledJob:
    """What an agent made, and what ended at one o'clock."""
    return ended(by_agent(max_runs=1))


@pytest.fixture
def revive(agent: Actor) -> Revive:
    def change(schedule: ScheduledJob, at: Any = LATER, **fields: Any) -> ScheduledJob:
        fields = fields or {"max_runs": 9}
        return update_schedule(schedule.id, fields, actor=agent, now=at)

    return change


def ended(schedule: ScheduledJob) -> ScheduledJob:
    assert schedule.next_run_at is not None
    fire_due(schedule.next_run_at)
    schedule.refresh_from_db()
    assert schedule.status == "stopped"
    return schedule


def test_an_agent_revives_what_keeps_its_limits(
    over: ScheduledJob, revive: Revive
) -> None:
    assert revive(over).status == "active"
    event = ScheduleEvent.objects.get(verb="revive")
    assert event.actor_kind == "agent"


def test_it_counts_as_one_more_active_schedule(
    over: ScheduledJob, revive: Revive, by_agent: Propose, alice: User
) -> None:
    by_agent(name="other", now=LATER)
    allow(alice, agent_max_active_schedules=1)
    assert refusal(lambda: revive(over)).code == "agent_quota"


def test_it_counts_as_one_more_that_is_kept(
    over: ScheduledJob, revive: Revive, by_agent: Propose, alice: User, ostinato: Any
) -> None:
    by_agent(name="other", now=LATER)
    by_agent(name="third", now=LATER)
    ScheduledJob.objects.exclude(pk=over.pk).update(status="paused", next_run_at=None)
    ostinato(AGENT_MAX_KEPT_SCHEDULES=2)
    allow(alice, agent_max_active_schedules=1)
    assert refusal(lambda: revive(over)).code == "agent_kept"


def test_it_counts_as_one_more_that_was_made_that_day(
    over: ScheduledJob, revive: Revive, by_agent: Propose, ostinato: Any
) -> None:
    ostinato(AGENT_MAX_CREATED_A_DAY=2)
    revive(over)
    refused = refusal(lambda: by_agent(name="other", now=LATER))
    assert (refused.code, "created or revived 2" in refused.message) == (
        "agent_rate",
        True,
    )
    ScheduledJob.objects.filter(pk=over.pk).update(status="stopped", next_run_at=None)
    assert refusal(lambda: revive(over, max_runs=99)).code == "agent_rate"
    assert revive(over, NOON + DAY + MINUTE, max_runs=99).status == "active"


def test_it_does_not_run_too_often(over: ScheduledJob, revive: Revive) -> None:
    fields = {"max_runs": 9, "interval_seconds": 10}
    assert refusal(lambda: revive(over, **fields)).code == "agent_interval"


def test_it_does_not_run_too_long(over: ScheduledJob, revive: Revive) -> None:
    far = {"max_runs": 9, "end_at": LATEST + 30 * DAY}
    assert refusal(lambda: revive(over, **far)).code == "agent_end"
    never = {"max_runs": 9, "end_at": None}
    assert refusal(lambda: revive(over, **never)).code == "agent_end"


def test_what_a_person_made_and_an_agent_revives_keeps_them_too(
    make_schedule: MakeSchedule, revive: Revive
) -> None:
    schedule = ended(make_schedule(max_runs=1))
    assert refusal(lambda: revive(schedule)).code == "agent_end"


def test_where_agents_propose_a_person_revives(
    over: ScheduledJob, revive: Revive, alice: User
) -> None:
    allow(alice, agents_propose=True)
    assert refusal(lambda: revive(over)).code == "agent_approval"


def test_where_agents_may_not_schedule_they_do_not_revive(
    over: ScheduledJob, revive: Revive, alice: User
) -> None:
    allow(alice, agents_may_schedule=False)
    assert refusal(lambda: revive(over)).code == "agent_switch"


def test_a_schedule_without_ticks_has_no_interval_and_no_end(
    workflow: Workflow, agent: Actor, revive: Revive, over: ScheduledJob
) -> None:
    fields = {"name": "by hand", "workflow": workflow, "schedule_type": "manual"}
    made = create_schedule(fields, actor=agent, now=NOON)
    assert (made.status, made.end_at) == ("active", None)
    assert revive(over, schedule_type="manual").status == "active"


def test_a_schedule_without_ticks_counts_like_any_other(
    workflow: Workflow, agent: Actor, alice: User
) -> None:
    allow(alice, agent_max_active_schedules=1)
    fields = {"name": "by hand", "workflow": workflow, "schedule_type": "manual"}
    create_schedule(fields, actor=agent, now=NOON)
    again = refusal(lambda: create_schedule(fields, actor=agent, now=NOON))
    assert again.code == "agent_quota"

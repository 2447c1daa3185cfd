"""From where an agent acts, for whom, and whether it may at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from schedules.exceptions import InvalidSchedule
from schedules.models import (
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
)
from schedules.services import (
    Actor,
    backfill,
    create_schedule,
    fire_due,
    pause_schedule,
    resume_schedule,
    run_now,
    stop_schedule,
    update_schedule,
)
from schedules.services.runs.claims import claim_run
from tests.graphs import add_graph
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.services.agents.conftest import DAY, Propose, allow, refusal
from workflows.models import Workflow, WorkflowExecution

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def run_of_a_schedule(make_schedule: MakeSchedule) -> WorkflowExecution:
    """The execution that a tick of a person's schedule has started."""
    make_schedule()
    fire_due(NOON + timedelta(minutes=1))
    run = ScheduledRun.objects.get()
    claim_run(run.id, attempt=1, token=uuid4(), now=NOON + timedelta(minutes=1))
    return WorkflowExecution.objects.get()


@pytest.fixture
def inner_run(run_of_a_schedule: WorkflowExecution) -> WorkflowExecution:
    """One that a node of that execution runs."""
    return WorkflowExecution.objects.create(
        parent=run_of_a_schedule,
        owner=run_of_a_schedule.owner,
        workflow=run_of_a_schedule.workflow,
        trigger_type="workflow",
        status="running",
    )


@pytest.fixture(params=["run_of_a_schedule", "inner_run"])
def bred(request: pytest.FixtureRequest, alice: User) -> Actor:
    """An agent in a run that a schedule started, or in a run inside that one."""
    return Actor.agent(alice, request.getfixturevalue(request.param).pk)


def starting_verbs(schedule: ScheduledJob, actor: Actor) -> Iterator[Callable[[], Any]]:
    who: dict[str, Any] = {"actor": actor, "now": NOON + DAY}
    yield lambda: update_schedule(schedule.id, {"name": "new"}, **who)
    yield lambda: run_now(schedule.id, **who)
    yield lambda: backfill(schedule.id, from_at=NOON, to_at=NOON + DAY, **who)


def test_a_run_of_a_schedule_breeds_no_schedules(
    by_agent: Propose, bred: Actor, agent: Actor
):
    schedule = by_agent()
    pause_schedule(schedule.id, actor=agent, now=NOON)
    told = refusal(lambda: by_agent(bred))
    assert (told.code, told.details["limit"]) == ("agent_depth", 1)
    resume = refusal(lambda: resume_schedule(schedule.id, actor=bred, now=NOON))
    assert resume.code == "agent_depth"
    for verb in starting_verbs(schedule, bred):
        assert refusal(verb).code == "agent_depth"


def test_a_run_of_a_schedule_may_pause_and_stop(by_agent: Propose, bred: Actor):
    schedule = by_agent()
    pause_schedule(schedule.id, actor=bred, now=NOON)
    event = ScheduleEvent.objects.order_by("-id")[0]
    assert (event.verb, event.actor_kind) == ("pause", "agent")
    assert event.execution_id == bred.execution_id
    stop_schedule(schedule.id, actor=bred, now=NOON)
    assert not ScheduledJob.objects.filter(pk=schedule.id).exists()


def test_a_user_may_allow_agents_to_schedule_from_schedules(
    by_agent: Propose, bred: Actor, alice: User
):
    allow(alice, agents_may_schedule_from_schedules=True)
    schedule = by_agent(bred)
    assert schedule.created_by_execution == bred.execution_id


def test_a_run_by_hand_may_schedule(by_agent: Propose, alice: User, workflow: Workflow):
    execution = WorkflowExecution.objects.create(
        owner=alice, workflow=workflow, trigger_type="manual"
    )
    assert by_agent(Actor.agent(alice, execution.pk)).status == "active"


def test_an_execution_that_is_someone_elses_is_not_trusted(
    by_agent: Propose, alice: User, bob: User, workflow: Workflow
):
    execution = WorkflowExecution.objects.create(
        owner=bob, workflow=workflow, trigger_type="manual"
    )
    told = refusal(lambda: by_agent(Actor.agent(alice, execution.pk)))
    assert told.code == "agent_depth"


def test_an_agent_of_staff_reaches_nothing_but_the_users_own(
    make_schedule: MakeSchedule, admin_user: User
):
    schedule = make_schedule()
    with pytest.raises(Exception, match="No schedule with this id"):
        pause_schedule(schedule.id, actor=Actor.agent(admin_user), now=NOON)
    pause_schedule(schedule.id, actor=Actor.person(admin_user), now=NOON)


def test_an_agent_of_staff_starts_only_the_users_own_workflows(
    by_agent: Propose, admin_user: User
):
    with pytest.raises(InvalidSchedule, match="not the id of a workflow"):
        by_agent(Actor.agent(admin_user))
    assert not ScheduledJob.objects.exists()


def test_an_update_does_not_lead_to_another_owners_workflow(
    admin_user: User, workflow: Workflow
):
    own = Workflow.objects.create(name="own", owner=admin_user)
    add_graph(own, {"start": ("trigger_schedule", {})})
    agent = Actor.agent(admin_user)
    fields = {"name": "job", "workflow": own, "interval_seconds": 60}
    schedule = create_schedule(fields, actor=agent, now=NOON)
    with pytest.raises(InvalidSchedule, match="not the id of a workflow"):
        update_schedule(schedule.id, {"workflow": workflow}, actor=agent, now=NOON)


@pytest.mark.parametrize("by", ["profile", "site", "inactive"])
def test_an_agent_that_is_switched_off_does_nothing(
    by_agent: Propose, agent: Actor, alice: User, ostinato: Any, by: str
):
    schedule = by_agent()
    if by == "profile":
        allow(alice, agents_may_schedule=False)
    elif by == "site":
        ostinato(AGENTS_MAY_SCHEDULE=False)
    else:
        alice.is_active = False
        alice.save()
    assert refusal(by_agent).code == "agent_switch"
    for verb in (pause_schedule, resume_schedule, stop_schedule, run_now):
        told = refusal(lambda verb=verb: verb(schedule.id, actor=agent, now=NOON))
        assert told.code == "agent_switch"


def test_a_profile_says_more_than_the_site(
    by_agent: Propose, alice: User, ostinato: Any
):
    ostinato(AGENTS_MAY_SCHEDULE=False)
    allow(alice, agents_may_schedule=True)
    assert by_agent().status == "active"

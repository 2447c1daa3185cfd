"""What no agent may do, asked of the services: so for every door that agents come by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from schedules.exceptions import AgentRefused, InvalidSchedule
from schedules.models import (
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
    UserProfile,
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
from schedules.services.claims import claim_run
from tests.graphs import add_graph
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.test_races import at_once
from workflows.models import Workflow, WorkflowExecution

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DAY = timedelta(days=1)
LATEST = NOON + 90 * DAY
Propose = Callable[..., ScheduledJob]


@pytest.fixture
def agent(alice: User) -> Actor:
    return Actor.agent(alice)


@pytest.fixture
def by_agent(workflow: Workflow, agent: Actor) -> Propose:
    """What an agent of Alice's creates at noon: hourly unless told otherwise."""

    def make(actor: Actor = agent, **fields: Any) -> ScheduledJob:
        fields = {"name": "agent's", "workflow": workflow} | fields
        if not fields.keys() & {"cron_expression", "run_at", "interval_seconds"}:
            fields["interval_seconds"] = 3600
        return create_schedule(fields, actor=actor, now=NOON)

    return make


def allow(user: User, **limits: Any) -> None:
    UserProfile.objects.update_or_create(user=user, defaults=limits)


def refusal(call: Callable[[], Any]) -> AgentRefused:
    """How an agent's call is refused; nothing is written then."""
    before = [model.objects.count() for model in (ScheduledJob, ScheduleEvent)]
    with pytest.raises(AgentRefused) as refused:
        call()
    after = [model.objects.count() for model in (ScheduledJob, ScheduleEvent)]
    assert before == after
    return refused.value


# Quota


def test_the_schedule_beyond_the_quota_is_refused(by_agent: Propose, alice: User):
    allow(alice, agent_max_active_schedules=2)
    by_agent(), by_agent()
    told = refusal(by_agent)
    assert told.code == "agent_quota"
    assert told.details == {"rule": "quota", "limit": 2}
    assert "there are 2" in told.message
    assert "Pause or stop one" in told.remedy


def test_what_people_made_is_not_counted(
    by_agent: Propose, make_schedule: MakeSchedule, alice: User
):
    allow(alice, agent_max_active_schedules=1)
    make_schedule()
    assert by_agent().status == "active"


def test_pausing_makes_room_and_resuming_needs_it(
    by_agent: Propose, agent: Actor, alice: User
):
    allow(alice, agent_max_active_schedules=1)
    first = by_agent()
    pause_schedule(first.id, actor=agent, now=NOON)
    by_agent()
    told = refusal(lambda: resume_schedule(first.id, actor=agent, now=NOON))
    assert told.code == "agent_quota"
    person = Actor.person(alice)
    assert resume_schedule(first.id, actor=person, now=NOON).schedule.status == "active"


def test_paused_schedules_do_not_pile_up(
    by_agent: Propose, agent: Actor, alice: User, settings: Any
):
    settings.AGENT_MAX_KEPT_SCHEDULES = 3
    allow(alice, agent_max_active_schedules=1)
    for _ in range(3):
        pause_schedule(by_agent().id, actor=agent, now=NOON)
    told = refusal(by_agent)
    assert (told.code, told.details["limit"]) == ("agent_kept", 3)


@pytest.mark.django_db(transaction=True)
def test_ten_agents_at_once_do_not_pass_the_quota(by_agent: Propose, alice: User):
    allow(alice, agent_max_active_schedules=3)
    answers = at_once([by_agent] * 10)
    assert ScheduledJob.objects.count() == 3
    codes = [getattr(answer, "code", "made") for answer in answers]
    assert sorted(codes) == ["agent_quota"] * 7 + ["made"] * 3


@pytest.mark.django_db(transaction=True)
def test_agents_that_resume_at_once_do_not_pass_the_quota(
    by_agent: Propose, agent: Actor, alice: User
):
    made = [by_agent().id for _ in range(6)]
    for schedule in made:
        pause_schedule(schedule, actor=agent, now=NOON)
    UserProfile.objects.all().delete()
    allow(alice, agent_max_active_schedules=2)

    def resume(schedule: Any) -> Callable[[], Any]:
        return lambda: resume_schedule(schedule, actor=agent, now=NOON)

    at_once([resume(schedule) for schedule in made])
    assert ScheduledJob.objects.filter(status="active").count() == 2


# Interval


@pytest.mark.parametrize(
    ("fields", "least", "apart", "field"),
    [
        ({"interval_seconds": 1}, 60, 1, "interval_seconds"),
        ({"interval_seconds": 59}, 60, 59, "interval_seconds"),
        ({"cron_expression": "*/7 * * * *"}, 300, 240, "cron_expression"),
        ({"cron_expression": "0,1 9 * * mon"}, 300, 60, "cron_expression"),
    ],
)
def test_what_runs_too_often_is_refused(
    by_agent: Propose, alice: User, fields, least, apart, field
):
    allow(alice, agent_min_interval_seconds=least)
    told = refusal(lambda: by_agent(**fields))
    assert told.code == "agent_interval"
    assert told.details["limit"] == f"{least} seconds"
    assert f"would be {apart}." in told.message
    assert field in told.remedy
    assert str(least) in told.remedy
    assert told.errors == {field: [told.message]}


@pytest.mark.parametrize(
    "fields", [{"interval_seconds": 60}, {"cron_expression": "* * * * *"}]
)
def test_what_runs_just_often_enough_is_taken(by_agent: Propose, fields):
    assert by_agent(**fields).status == "active"


def test_an_update_is_held_to_the_same_interval(by_agent: Propose, agent: Actor):
    schedule = by_agent()
    fields = {"interval_seconds": 5}
    told = refusal(lambda: update_schedule(schedule.id, fields, actor=agent, now=NOON))
    assert told.code == "agent_interval"


# End


def test_an_end_is_set_where_there_is_none(by_agent: Propose):
    assert by_agent().end_at == LATEST
    assert by_agent(end_at=None).end_at == LATEST


def test_an_earlier_end_stays(by_agent: Propose):
    assert by_agent(end_at=NOON + DAY).end_at == NOON + DAY


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"end_at": LATEST + DAY}, "end_at"),
        ({"run_at": LATEST + DAY}, "run_at"),
        ({"run_at": NOON + DAY, "end_at": datetime(9999, 1, 1, tzinfo=UTC)}, "end_at"),
    ],
)
def test_what_ends_too_late_is_refused(by_agent: Propose, fields, field):
    told = refusal(lambda: by_agent(**fields))
    assert (told.code, told.details["limit"]) == ("agent_end", "90 days")
    assert told.remedy == f"Give {field} as {LATEST.isoformat()} or earlier."


def test_an_update_neither_takes_the_end_away_nor_puts_it_off(
    by_agent: Propose, agent: Actor
):
    schedule = by_agent()
    for end in (None, LATEST + DAY):
        fields = {"end_at": end}
        told = refusal(
            lambda fields=fields: update_schedule(
                schedule.id, fields, actor=agent, now=NOON
            )
        )
        assert told.code == "agent_end"


def test_any_number_of_days_in_a_profile_makes_an_end(by_agent: Propose, alice: User):
    allow(alice, agent_max_days=2**31 - 1)
    assert by_agent().end_at == NOON + 3652 * DAY


# Depth


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


def test_a_user_may_allow_it(by_agent: Propose, bred: Actor, alice: User):
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


# Ownership


def test_an_agent_of_staff_reaches_nothing_but_the_users_own(
    make_schedule: MakeSchedule, admin_user: User
):
    schedule = make_schedule()
    with pytest.raises(Exception, match="no such schedule"):
        pause_schedule(schedule.id, actor=Actor.agent(admin_user), now=NOON)
    pause_schedule(schedule.id, actor=Actor.person(admin_user), now=NOON)


def test_an_agent_of_staff_starts_only_the_users_own_workflows(
    by_agent: Propose, admin_user: User
):
    with pytest.raises(InvalidSchedule, match="no such workflow"):
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
    with pytest.raises(InvalidSchedule, match="no such workflow"):
        update_schedule(schedule.id, {"workflow": workflow}, actor=agent, now=NOON)


# Switches


@pytest.mark.parametrize("by", ["profile", "site", "inactive"])
def test_an_agent_that_is_switched_off_does_nothing(
    by_agent: Propose, agent: Actor, alice: User, settings: Any, by: str
):
    schedule = by_agent()
    if by == "profile":
        allow(alice, agents_may_schedule=False)
    elif by == "site":
        settings.AGENTS_MAY_SCHEDULE = False
    else:
        alice.is_active = False
        alice.save()
    assert refusal(by_agent).code == "agent_switch"
    for verb in (pause_schedule, resume_schedule, stop_schedule, run_now):
        told = refusal(lambda verb=verb: verb(schedule.id, actor=agent, now=NOON))
        assert told.code == "agent_switch"


def test_a_profile_says_more_than_the_site(
    by_agent: Propose, alice: User, settings: Any
):
    settings.AGENTS_MAY_SCHEDULE = False
    allow(alice, agents_may_schedule=True)
    assert by_agent().status == "active"


# Proposals


@pytest.fixture
def proposal(by_agent: Propose, alice: User) -> ScheduledJob:
    allow(alice, agents_propose=True)
    return by_agent()


def test_where_agents_propose_a_schedule_begins_paused(proposal: ScheduledJob):
    proposal.refresh_from_db()
    assert (proposal.status, proposal.next_run_at) == ("paused", None)
    assert proposal.status_reason == "proposed by an agent for alice"
    event = ScheduleEvent.objects.get()
    assert (event.verb, event.note) == ("create", "proposed by an agent for alice")
    assert event.after["awaits_approval"] is True
    fire_due(NOON + DAY)
    assert not ScheduledRun.objects.exists()


def test_a_persons_resume_approves_it(proposal: ScheduledJob, alice: User):
    resume_schedule(proposal.id, actor=Actor.person(alice), now=NOON)
    proposal.refresh_from_db()
    assert (proposal.status, proposal.awaits_approval) == ("active", False)
    event = ScheduleEvent.objects.order_by("-id")[0]
    assert (event.verb, event.actor_kind) == ("resume", "user")
    assert event.after["approved"] is True


def test_no_agent_approves_it_by_any_verb(
    proposal: ScheduledJob, agent: Actor, alice: User
):
    allow(alice, agents_propose=False)  # not even when it is no longer asked for
    who: dict[str, Any] = {"actor": agent, "now": NOON + DAY}
    pause_schedule(proposal.id, note="nothing to see", **who)
    for verb in (
        lambda: resume_schedule(proposal.id, **who),
        lambda: run_now(proposal.id, **who),
        lambda: backfill(proposal.id, from_at=NOON, to_at=NOON + DAY, **who),
    ):
        told = refusal(verb)
        assert told.code == "agent_approval"
        assert told.details["limit"] == "a person's resume"


def test_what_people_approve_is_changed_by_no_agent_before_or_after(
    proposal: ScheduledJob, agent: Actor, alice: User
):
    def change() -> None:
        fields = {"interval_seconds": 60}
        update_schedule(proposal.id, fields, actor=agent, now=NOON)

    assert refusal(change).code == "agent_approval"
    resume_schedule(proposal.id, actor=Actor.person(alice), now=NOON)
    assert refusal(change).code == "agent_approval"


def test_an_approved_schedule_may_be_paused_and_resumed_by_an_agent(
    proposal: ScheduledJob, agent: Actor, alice: User
):
    resume_schedule(proposal.id, actor=Actor.person(alice), now=NOON)
    pause_schedule(proposal.id, actor=agent, now=NOON)
    resumed = resume_schedule(proposal.id, actor=agent, now=NOON)
    assert resumed.schedule.status == "active"


def test_proposals_count_for_the_quota(
    proposal: ScheduledJob, by_agent: Propose, alice: User
):
    allow(alice, agent_max_active_schedules=1)
    assert refusal(by_agent).code == "agent_quota"


# People


def test_none_of_it_binds_people(make_schedule: MakeSchedule, alice: User, settings):
    settings.AGENTS_MAY_SCHEDULE = False
    allow(alice, agent_max_active_schedules=0, agents_propose=True)
    schedule = make_schedule(interval_seconds=1)
    assert (schedule.status, schedule.end_at) == ("active", None)

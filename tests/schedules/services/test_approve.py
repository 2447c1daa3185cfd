"""What agents have proposed is approved or declined by people who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from schedules.exceptions import (
    AgentRefused,
    CannotStart,
    InvalidSchedule,
    NotProposed,
    ScheduleNotAllowed,
    StaleSchedule,
)
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent, UserProfile
from schedules.services import (
    Actor,
    approve_schedule,
    create_schedule,
    decline_schedule,
    fire_due,
    pause_schedule,
    resume_schedule,
    run_now,
)
from tests.api import staff
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HOUR = timedelta(hours=1)


@pytest.fixture
def propose(alice: User, workflow: Workflow) -> Any:
    UserProfile.objects.create(user=alice, agents_propose=True)

    def make(**fields: Any) -> ScheduledJob:
        given = {"name": "hourly", "workflow": workflow, "interval_seconds": 3600}
        return create_schedule(
            given | fields, actor=Actor.agent(alice), now=NOON - 3 * HOUR
        )

    return make


@pytest.fixture
def proposal(propose: Any) -> ScheduledJob:
    found: ScheduledJob = propose()
    return found


def last_event() -> ScheduleEvent:
    return ScheduleEvent.objects.order_by("-pk")[0]


def test_its_owner_approves_it_and_it_runs_from_then_on(
    proposal: ScheduledJob, alice: User
) -> None:
    who = Actor.person(alice)
    approved = approve_schedule(proposal.id, actor=who, now=NOON, note="go ahead")
    assert (approved.status, approved.awaits_approval) == ("active", False)
    assert (approved.reason_code, approved.status_reason) == ("", "")
    assert approved.next_run_at == NOON + HOUR
    event = last_event()
    assert (event.verb, event.actor_kind, event.actor_name, event.note) == (
        ("approve", "user", "alice", "go ahead")
    )
    assert event.before == {"status": "paused"}
    passed = {"status": "active", "ticks_passed": 3, "ticks_caught_up": 0}
    assert event.after == passed
    fire_due(NOON + HOUR)
    runs = ScheduledRun.objects.order_by("scheduled_for")
    assert [(run.status, run.tick_count) for run in runs] == [
        ("skipped", 3),
        ("pending", 1),
    ]


def test_staff_approve_with_that_permission_and_no_other(
    proposal: ScheduledJob,
) -> None:
    names = ("view", "change", "delete", "pause", "resume", "run")
    editor = staff(*(f"ostinato_schedules.{name}_scheduledjob" for name in names))
    for verb in (approve_schedule, decline_schedule):
        with pytest.raises(ScheduleNotAllowed, match="do not have permission to"):
            verb(proposal.id, actor=Actor.person(editor), now=NOON)
    boss = User.objects.get(pk=editor.pk)  # anew, without what was remembered of it
    boss.user_permissions.add(Permission.objects.get(codename="approve_scheduledjob"))
    approve_schedule(proposal.id, actor=Actor.person(boss), now=NOON)
    assert last_event().actor == boss


def test_what_nobody_has_approved_runs_only_for_who_may_approve_it(
    proposal: ScheduledJob, alice: User
) -> None:
    names = ("view", "run")
    member = staff(*(f"ostinato_schedules.{name}_scheduledjob" for name in names))
    operator = Actor.person(member)
    with pytest.raises(ScheduleNotAllowed):
        run_now(proposal.id, actor=operator, now=NOON)
    boss = User.objects.get(pk=member.pk)  # anew, without what was remembered of it
    boss.user_permissions.add(Permission.objects.get(codename="approve_scheduledjob"))
    for who in (boss, alice):
        run_now(proposal.id, actor=Actor.person(who), now=NOON)
    approve_schedule(proposal.id, actor=Actor.person(boss), now=NOON)
    run_now(proposal.id, actor=operator, now=NOON)


def test_code_decides_as_little_as_agents(proposal: ScheduledJob) -> None:
    for verb in (approve_schedule, decline_schedule):
        with pytest.raises(AgentRefused, match="Only a person") as refused:
            verb(proposal.id, actor=Actor.system(), now=NOON)
        assert refused.value.code == "agent_approval"


def test_an_approved_schedule_may_be_paused_and_resumed(
    proposal: ScheduledJob, alice: User
) -> None:
    who: dict[str, Any] = {"actor": Actor.person(alice), "now": NOON}
    approve_schedule(proposal.id, **who)
    pause_schedule(proposal.id, **who)
    assert resume_schedule(proposal.id, **who).schedule.status == "active"


def test_what_has_no_run_left_ends_when_it_is_approved(
    propose: Any, alice: User
) -> None:
    late = propose(interval_seconds=None, run_at=NOON - 2 * HOUR)
    approved = approve_schedule(late.id, actor=Actor.person(alice), now=NOON)
    assert (approved.status, approved.awaits_approval) == ("stopped", False)
    assert not ScheduledRun.objects.filter(status="pending").exists()


def test_what_could_not_start_is_not_approved(
    proposal: ScheduledJob, alice: User, workflow: Workflow
) -> None:
    Workflow.objects.filter(pk=workflow.pk).update(is_active=False)
    with pytest.raises(CannotStart):
        approve_schedule(proposal.id, actor=Actor.person(alice), now=NOON)
    proposal.refresh_from_db()
    assert proposal.awaits_approval


def test_declining_deletes_it_and_keeps_why(
    proposal: ScheduledJob, alice: User, redis: Any
) -> None:
    who = Actor.person(alice)
    run = run_now(proposal.id, actor=who, now=NOON)
    decline_schedule(proposal.id, actor=who, now=NOON, note="not on weekdays")
    assert not ScheduledJob.objects.exists()
    event = last_event()
    assert (event.verb, event.schedule_name, event.note) == (
        ("decline", "hourly", "not on weekdays")
    )
    assert event.before["interval_seconds"] == 3600
    assert event.after == {"runs_cancelled": 1}
    run.refresh_from_db()
    assert (run.status, run.schedule_id) == ("cancelled", proposal.id)


@pytest.mark.parametrize("verb", [approve_schedule, decline_schedule])
def test_only_what_was_proposed_is_decided_about_and_only_once(
    verb: Any, make_schedule: MakeSchedule, proposal: ScheduledJob, alice: User
) -> None:
    who: dict[str, Any] = {"actor": Actor.person(alice), "now": NOON}
    with pytest.raises(NotProposed, match="is active and awaits no approval"):
        verb(make_schedule().id, **who)
    approve_schedule(proposal.id, **who)
    with pytest.raises(NotProposed):
        verb(proposal.id, **who)


@pytest.mark.parametrize("verb", [approve_schedule, decline_schedule])
def test_what_has_changed_since_it_was_read_is_not_decided_about(
    verb: Any, proposal: ScheduledJob, alice: User
) -> None:
    who: dict[str, Any] = {"actor": Actor.person(alice), "now": NOON}
    with pytest.raises(StaleSchedule):
        verb(proposal.id, version=proposal.version + 1, **who)
    with pytest.raises(InvalidSchedule, match="note"):
        verb(proposal.id, note="x" * 501, **who)
    verb(proposal.id, version=proposal.version, **who)

"""Who may do what: owners on their own, staff by permission, nobody on what they cannot see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from redis import Redis

from schedules.exceptions import (
    InvalidSchedule,
    ScheduleNotAllowed,
    ScheduleNotFound,
)
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
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
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DUE = NOON + timedelta(minutes=1, seconds=40)
Do = Callable[[ScheduledJob, Actor], Any]


def update(schedule: ScheduledJob, actor: Actor) -> None:
    update_schedule(schedule.id, {"name": "new"}, actor=actor, now=DUE)


def pause(schedule: ScheduledJob, actor: Actor) -> None:
    pause_schedule(schedule.id, actor=actor, now=DUE)


def resume(schedule: ScheduledJob, actor: Actor) -> None:
    resume_schedule(schedule.id, actor=actor, now=DUE)


def run(schedule: ScheduledJob, actor: Actor) -> None:
    run_now(schedule.id, actor=actor, now=DUE)


def fill(schedule: ScheduledJob, actor: Actor) -> None:
    backfill(schedule.id, from_at=NOON, to_at=DUE, actor=actor, now=DUE)


def stop(schedule: ScheduledJob, actor: Actor) -> None:
    stop_schedule(schedule.id, actor=actor, now=DUE)


CHANGES = [update, pause, resume, run, fill]
VERBS = [*CHANGES, stop]


@pytest.fixture
def schedule(make_schedule: MakeSchedule) -> ScheduledJob:
    """Alice's, with a missed tick to fill in."""
    schedule = make_schedule(catchup_policy="none")
    fire_due(DUE)
    return schedule


@pytest.fixture
def clerk(bob: User) -> Callable[..., Actor]:
    """Bob as staff, with the given permissions on schedules."""

    def make(*verbs: str) -> Actor:
        bob.is_staff = True
        bob.save()
        for verb in verbs:
            permission = Permission.objects.get(codename=f"{verb}_scheduledjob")
            bob.user_permissions.add(permission)
        return Actor.person(User.objects.get(pk=bob.pk))

    return make


def assert_untouched(schedule: ScheduledJob) -> None:
    schedule.refresh_from_db()
    assert (schedule.version, schedule.status) == (1, "active")
    assert ScheduledRun.objects.count() == 1
    assert list(ScheduleEvent.objects.values_list("verb", flat=True)) == ["create"]


@pytest.mark.parametrize("do", VERBS)
def test_an_owner_does_everything_and_is_named(schedule: ScheduledJob, do: Do) -> None:
    before = ScheduleEvent.objects.count()
    do(schedule, Actor.person(schedule.owner))
    made = ScheduleEvent.objects.count() - before
    assert made == (0 if do is resume else 1)  # it was active
    event = ScheduleEvent.objects.order_by("-id")[0]
    assert (event.actor_kind, event.actor_name) == ("user", "alice")


@pytest.mark.parametrize("do", VERBS)
def test_an_agent_acts_within_its_users_rights(
    schedule: ScheduledJob, alice: User, bob: User, do: Do
) -> None:
    with pytest.raises(ScheduleNotFound):
        do(schedule, Actor.agent(bob))
    do(schedule, Actor.agent(alice))


@pytest.mark.parametrize("do", VERBS)
def test_a_schedule_does_not_exist_for_a_stranger(
    schedule: ScheduledJob, bob: User, do: Do
) -> None:
    with pytest.raises(ScheduleNotFound):
        do(schedule, Actor.person(bob))
    assert_untouched(schedule)


@pytest.mark.heavy
@pytest.mark.parametrize("permissions", [(), ("add", "delete")])
@pytest.mark.parametrize("do", VERBS)
def test_to_staff_who_may_not_view_it_does_not_exist(
    schedule: ScheduledJob, clerk, permissions: tuple[str, ...], do: Do
) -> None:
    with pytest.raises(ScheduleNotFound):
        do(schedule, clerk(*permissions))
    assert_untouched(schedule)


@pytest.mark.parametrize("do", VERBS)
def test_staff_who_may_only_view_are_refused(
    schedule: ScheduledJob, clerk, do: Do
) -> None:
    with pytest.raises(ScheduleNotAllowed):
        do(schedule, clerk("view"))
    assert_untouched(schedule)


@pytest.mark.parametrize("do", CHANGES)
def test_staff_who_may_change_do_and_the_owner_stays(
    schedule: ScheduledJob, clerk, do: Do
) -> None:
    actor = clerk("view", "change")
    do(schedule, actor)
    schedule.refresh_from_db()
    assert schedule.owner.username == "alice"
    with pytest.raises(ScheduleNotAllowed):
        stop(schedule, actor)


def test_staff_who_may_delete_stop(schedule: ScheduledJob, clerk) -> None:
    actor = clerk("view", "delete")
    with pytest.raises(ScheduleNotAllowed):
        pause(schedule, actor)
    stop(schedule, actor)
    assert not ScheduledJob.objects.exists()


def test_a_permission_without_being_staff_opens_nothing(
    schedule: ScheduledJob, clerk, bob: User
) -> None:
    clerk("view", "change", "delete")
    User.objects.filter(pk=bob.pk).update(is_staff=False)
    with pytest.raises(ScheduleNotFound):
        pause(schedule, Actor.person(User.objects.get(pk=bob.pk)))


def test_a_superuser_does_everything(schedule: ScheduledJob) -> None:
    root = User.objects.create_superuser("root")
    for do in VERBS:
        do(schedule, Actor.person(root))


def test_staff_cannot_lend_the_owner_a_workflow_that_is_not_theirs(
    schedule: ScheduledJob, clerk, bob: User
) -> None:
    """The workflow runs as the owner, not as whoever edits."""
    mine = Workflow.objects.create(name="bob's", owner=bob)
    with pytest.raises(InvalidSchedule) as refused:
        update_schedule(
            schedule.id, {"workflow": mine}, actor=clerk("view", "change"), now=DUE
        )
    assert refused.value.errors.keys() == {"workflow"}


def test_who_may_not_run_the_workflow_any_more_starts_nothing(
    workflow: Workflow, clerk, redis: Redis
) -> None:
    """It would run as its owner, who knows nothing of it."""
    staff = clerk("view", "change")
    staff.user.user_permissions.add(Permission.objects.get(codename="change_workflow"))
    fields = {"name": "job", "workflow": workflow, "interval_seconds": 60}
    actor = Actor.person(User.objects.get(pk=staff.user.pk))
    theirs = create_schedule(fields, actor=actor, now=NOON)
    asked = run_now(theirs.id, actor=actor, now=NOON)
    User.objects.filter(pk=staff.user.pk).update(is_staff=False)
    former = Actor.person(User.objects.get(pk=staff.user.pk))
    pause(theirs, former)
    for verb in (run_now, resume_schedule):
        with pytest.raises(ScheduleNotAllowed, match="may no longer run its workflow"):
            verb(theirs.id, actor=former, now=DUE)
    ScheduledRun.objects.filter(pk=asked.pk).update(status="pending", finished_at=None)
    claim = claim_run(asked.pk, 1, token=uuid4(), now=DUE)
    assert claim
    assert (claim.execution_id, "may no longer run" in claim.refusal) == (None, True)

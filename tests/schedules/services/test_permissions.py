"""Who may do what to a schedule: one rule, for services, API and admin."""

from __future__ import annotations

from typing import get_args

import pytest
from django.contrib.auth.models import AnonymousUser, User

from schedules.exceptions import ScheduleNotAllowed, ScheduleNotFound
from schedules.models import ScheduledJob
from schedules.services import Actor, may, pause_schedule, resume_schedule, run_now
from schedules.services.permissions import Verb
from tests.api import staff
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = pytest.mark.django_db
VERBS: tuple[Verb, ...] = get_args(Verb)


def allowed(user: User | AnonymousUser, schedule: ScheduledJob) -> set[Verb]:
    return {verb for verb in VERBS if may(user, verb, schedule)}


def member(*permissions: str) -> User:
    return staff(*(f"ostinato_schedules.{name}_scheduledjob" for name in permissions))


@pytest.mark.parametrize(
    ("permissions", "verbs"),
    [
        ("", set()),
        ("view", {"view"}),
        ("view pause", {"view", "pause"}),
        ("view resume", {"view", "resume"}),
        ("view run", {"view", "run"}),
        ("view approve", {"view", "approve", "decline"}),
        ("view delete", {"view", "delete"}),
        ("change", {"view", "change", "pause", "resume", "run", "backfill"}),
        # What one may not see, one may not touch.
        ("pause resume run approve delete", set()),
    ],
)
def test_each_permission_allows_its_verbs_and_change_the_common_ones(
    permissions: str, verbs: set[Verb], make_schedule: MakeSchedule
) -> None:
    assert allowed(member(*permissions.split()), make_schedule()) == verbs


def test_owners_may_everything_to_their_own_and_nothing_to_others(
    alice: User, bob: User, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    assert allowed(alice, schedule) == set(VERBS)
    assert allowed(bob, schedule) == allowed(AnonymousUser(), schedule) == set()


def test_permissions_of_who_is_no_staff_count_for_nothing(
    make_schedule: MakeSchedule,
) -> None:
    outsider = member("view", "pause")
    outsider.is_staff = False
    assert allowed(outsider, make_schedule()) == set()


def test_the_verbs_ask_for_their_own_permission(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    operator = Actor.person(member("view", "pause", "run"))
    pause_schedule(schedule.id, actor=operator, now=NOON)
    run_now(schedule.id, actor=operator, now=NOON)
    with pytest.raises(ScheduleNotAllowed, match="permission to resume it"):
        resume_schedule(schedule.id, actor=operator, now=NOON)


def test_what_one_may_not_see_is_not_found(make_schedule: MakeSchedule) -> None:
    unseeing = Actor.person(member("pause"))
    with pytest.raises(ScheduleNotFound):
        pause_schedule(make_schedule().id, actor=unseeing, now=NOON)


def test_many_questions_about_one_user_are_two_queries(
    make_schedule: MakeSchedule, django_assert_max_num_queries
) -> None:
    schedules = [make_schedule(), make_schedule()]
    user = User.objects.get(pk=member("view", "run").pk)
    with django_assert_max_num_queries(2):
        assert all(allowed(user, each) == {"view", "run"} for each in schedules)

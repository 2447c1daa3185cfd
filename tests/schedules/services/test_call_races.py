"""Schedules that call, made and stopped at once: one workflow while there is one of them."""

from __future__ import annotations

from functools import partial

import pytest
from django.contrib.auth.models import User
from redis import Redis

from schedules.models import ScheduledJob
from schedules.services import Actor, stop_schedule, update_schedule
from tests.at_once import at_once
from tests.schedules.calls import TIDY, alice, callables, create
from tests.schedules.conftest import NOON
from workflows.models import Workflow

__all__ = ["alice", "callables"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]


def is_consistent() -> bool:
    """Each schedule has the workflow of its call, and each of these has a schedule."""
    used = {
        (each.call, each.workflow_id)
        for each in ScheduledJob.objects.select_related("workflow")
        if each.workflow.call == each.call
    }
    made = set(Workflow.objects.exclude(call="").values_list("call", "pk"))
    return used == made and len(used) == len({call for call, _ in used})


def test_schedules_that_are_made_at_once_share_one_workflow(redis: Redis, alice: User):
    made = at_once([partial(create, alice)] * 6)
    assert {type(each) for each in made} == {ScheduledJob}
    assert len({each.workflow_id for each in made}) == 1
    assert is_consistent()


def test_schedules_that_are_made_and_stopped_at_once_leave_no_workflow_behind(
    redis: Redis, alice: User
) -> None:
    actor = Actor.person(alice)
    for _ in range(6):
        first, second = create(alice), create(alice)
        answers = at_once(
            [
                partial(stop_schedule, first.pk, actor=actor, now=NOON),
                partial(stop_schedule, second.pk, actor=actor, now=NOON),
                partial(create, alice),
                partial(create, alice, TIDY),
            ]
        )
        assert [each for each in answers if isinstance(each, Exception)] == []
        assert is_consistent()
        for each in ScheduledJob.objects.all():
            stop_schedule(each.pk, actor=actor, now=NOON)
        assert not Workflow.objects.exists()


def test_calls_that_are_changed_at_once_end_with_their_own_workflows(
    redis: Redis, alice: User
) -> None:
    actor = Actor.person(alice)
    schedules = [create(alice) for _ in range(4)]
    change = partial(
        update_schedule, fields={"call": TIDY, "arguments": {}}, actor=actor, now=NOON
    )
    answers = at_once([partial(change, each.pk) for each in schedules])
    assert [each for each in answers if isinstance(each, Exception)] == []
    assert is_consistent()
    assert Workflow.objects.get().call == TIDY

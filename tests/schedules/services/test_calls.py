"""Schedules that call a function instead of running a workflow that somebody drew."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from schedules.exceptions import CannotStart, ScheduleNotAllowed
from schedules.models import ScheduledJob
from schedules.services import (
    Actor,
    create_schedule,
    run_now,
    stop_schedule,
    update_schedule,
)
from tests.permissions import CALLS, allow
from tests.schedules.calls import REMIND, TIDY, alice, callables, changer, create
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.helpers import problems
from workflows.callables import declarations
from workflows.models import Workflow

__all__ = ["alice", "callables"]
pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def of_calls() -> list[str]:
    """What the workflows call that the system has made."""
    made = Workflow.objects.exclude(call="").order_by("call")
    return [*made.values_list("call", flat=True)]


def test_schedules_of_one_owner_that_call_the_same_share_a_workflow(alice: User):
    first, second = create(alice), create(alice, arguments={"customer": "Bob"})
    assert first.workflow_id == second.workflow_id
    assert of_calls() == [REMIND]
    made = first.workflow
    assert made.owner == alice
    assert made.name == "Remind"
    assert made.versions.get().number == made.graph_version == 1
    nodes = {node.component_type: node.config for node in made.nodes.all()}
    assert nodes == {
        "trigger_schedule": {},
        "call_function": {"function": REMIND, "arguments": "{{ trigger.payload }}"},
    }
    assert made.edges.get().source.node_id == "schedule"


def test_each_owner_and_callable_has_a_workflow_of_its_own(
    alice: User, bob: User
) -> None:
    allow(bob, "ostinato_workflows.call_function")
    made = [create(alice), create(bob), create(alice, TIDY)]
    assert len({schedule.workflow_id for schedule in made}) == 3


def test_the_workflow_goes_with_the_last_schedule_that_calls(alice: User):
    first, second = create(alice), create(alice)
    stop_schedule(first.pk, actor=Actor.person(alice), now=NOON)
    assert of_calls() == [REMIND]
    stop_schedule(second.pk, actor=Actor.person(alice), now=NOON)
    assert of_calls() == []


def test_it_goes_with_its_owner(alice: User):
    create(alice), create(alice, TIDY)
    alice.delete()
    assert not Workflow.objects.exists()


def test_another_call_takes_another_workflow(alice: User):
    schedule = create(alice, TIDY)
    changed = changer(schedule)(call=REMIND, arguments={"customer": "Ada"})
    assert changed.workflow.call == REMIND
    assert of_calls() == [REMIND]
    event = changed.events.filter(verb="update").get()
    assert event.before == {"call": TIDY, "arguments": {}}
    assert event.after == {"call": REMIND, "arguments": {"customer": "Ada"}}


def test_a_workflow_can_take_the_place_of_a_call(alice: User, workflow: Workflow):
    schedule = create(alice)
    changed = changer(schedule)(workflow=workflow)
    assert (changed.call, changed.arguments) == ("", {})
    assert changed.workflow == workflow
    assert of_calls() == []


def test_a_call_can_take_the_place_of_a_workflow(
    alice: User, make_schedule: MakeSchedule, workflow: Workflow
) -> None:
    node = workflow.nodes.get(node_id="start")
    schedule = make_schedule(trigger_payload={"name": "Ada"}, trigger_node=node)
    changed = changer(schedule)(call=TIDY)
    assert changed.call == changed.workflow.call == TIDY
    assert changed.trigger_payload == {}
    assert changed.trigger_node is None


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, {"arguments.customer"}),
        ({"customer": "Ada", "dayz": 1}, {"arguments.dayz"}),
        ({"customer": "Ada", "days": "many"}, {"arguments.days"}),
        ({"customer": "Ada", "since": "yesterday"}, {"arguments.since"}),
        ({"customer": "{{ x }}", "since": "{{ y }}"}, {"arguments.since"}),
        ({"customer": "a" * 70_000}, {"arguments"}),
        ({"customer": "\x00"}, {"arguments"}),
        (["Ada"], {"arguments"}),
    ],
)
def test_arguments_that_do_not_fit_are_refused_at_their_names(
    alice: User, given: Any, fields: set[str]
) -> None:
    found = problems(lambda: create(alice, arguments=given))
    assert found.keys() == fields
    assert not Workflow.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"call": ""}, "workflow"),
        ({"call": None}, "call"),
        ({"call": 7}, "call"),
        ({"trigger_payload": {"a": 1}}, "trigger_payload"),
        ({"run_on": "backend"}, "run_on"),
        ({"run_on": "the moon"}, "run_on"),
        ({"call": "clearsession"}, "call"),
        ({"call": "os.system"}, "call"),
    ],
)
def test_what_does_not_belong_to_a_call_is_refused(
    alice: User, given: dict[str, Any], field: str
) -> None:
    assert field in problems(lambda: create(alice, **{"arguments": {}} | given))


def test_an_unknown_name_is_refused_with_the_nearest(alice: User):
    (why,) = problems(lambda: create(alice, call=REMIND + "er", arguments={}))["call"]
    assert f"Did you mean {REMIND}?" in why
    assert TIDY in why


def test_a_workflow_and_a_call_exclude_each_other(alice: User, workflow: Workflow):
    found = problems(lambda: create(alice, workflow=workflow))
    assert found.keys() == {"workflow", "call"}


def test_arguments_are_for_calls_alone(make_schedule: MakeSchedule, alice: User):
    found = problems(lambda: make_schedule(arguments={"customer": "Ada"}))
    assert found.keys() == {"arguments"}


def test_the_call_takes_a_permission(alice: User, bob: User):
    with pytest.raises(ScheduleNotAllowed, match="call_function") as refused:
        create(bob)
    assert refused.value.errors.keys() == {"call"}


def test_staff_who_may_not_call_change_nothing_of_a_schedule_that_calls(
    alice: User, bob: User
) -> None:
    schedule = create(alice)
    bob.is_staff = True
    bob.save()
    allow(bob, "ostinato_schedules.change_scheduledjob")
    actor = Actor.person(bob)
    with pytest.raises(ScheduleNotAllowed, match="You may not call"):
        update_schedule(schedule.pk, {"name": "other"}, actor=actor, now=NOON)
    allow(bob, "ostinato_workflows.call_function")
    new = {"arguments": {"customer": "Bob"}}
    update_schedule(schedule.pk, new, actor=actor, now=NOON)
    schedule.refresh_from_db()
    assert schedule.arguments == {"customer": "Bob"}
    assert schedule.workflow.owner == alice


def test_staff_are_told_what_does_not_fit_and_may_rename_what_cannot_run(
    alice: User, bob: User
) -> None:
    schedule = create(alice)
    bob.is_staff = True
    bob.save()
    allow(bob, "ostinato_schedules.change_scheduledjob", *CALLS)
    actor = Actor.person(bob)
    wrong = {"arguments": {"customer": 7}}
    found = problems(lambda: update_schedule(schedule.pk, wrong, actor=actor, now=NOON))
    assert found.keys() == {"arguments.customer"}
    # The signature has changed since.
    ScheduledJob.objects.filter(pk=schedule.pk).update(arguments={"client": "Ada"})
    update_schedule(schedule.pk, {"name": "other"}, actor=actor, now=NOON)
    schedule.refresh_from_db()
    assert schedule.name == "other"


def test_an_owner_who_lost_the_permission_cannot_have_it_run(alice: User):
    schedule = create(alice)
    alice.user_permissions.clear()
    again = User.objects.get(pk=alice.pk)
    with pytest.raises(CannotStart, match="call_function"):
        run_now(schedule.pk, actor=Actor.person(again), now=NOON)


def test_a_schedule_whose_callable_is_gone_may_be_renamed_but_not_run(alice: User):
    schedule = create(alice)
    declarations.by_name.pop(REMIND)
    assert changer(schedule)(name="old").name == "old"
    with pytest.raises(CannotStart, match="Nothing of this name may be called"):
        run_now(schedule.pk, actor=Actor.person(alice), now=NOON)


def test_the_same_key_and_call_return_the_schedule(alice: User):
    fields = {"name": "job", "call": TIDY, "interval_seconds": 60}
    made = [
        create_schedule(
            fields, actor=Actor.person(alice), now=NOON, idempotency_key="one"
        )
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert ScheduledJob.objects.count() == 1

"""A schedule that could not start is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from schedules.exceptions import CannotStart
from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import (
    Actor,
    backfill,
    pause_schedule,
    resume_schedule,
    run_now,
)
from schedules.services.drafts.starting import unable_to_start
from tests.graphs import add_graph, startable
from tests.schedules.conftest import NOON, MakeSchedule, SaveNodes
from tests.schedules.helpers import edit, problems
from tests.schedules.triggers import MANUAL, OTHER_ID, trigger
from workflows.models import Workflow
from workflows.services import (
    NodeSpec,
    update_workflow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
NONE = 'The workflow "nightly" has no active trigger_schedule node, without which'


@pytest.mark.parametrize("status", ["active", "paused"])
@pytest.mark.parametrize("nodes", [[MANUAL], [trigger(is_active=False)]])
def test_without_an_active_trigger_it_is_not_made(
    make_schedule: MakeSchedule,
    save_nodes: SaveNodes,
    nodes: list[NodeSpec],
    status: str,
) -> None:
    save_nodes(*nodes)
    (why,) = problems(lambda: make_schedule(status=status))["workflow"]
    assert why.startswith(NONE)
    assert "add one to its graph, or give another workflow" in why
    assert not ScheduledJob.objects.exists()


def test_all_faults_are_told_at_once(
    make_schedule: MakeSchedule, save_nodes: SaveNodes
) -> None:
    save_nodes(MANUAL)
    found = problems(lambda: make_schedule(max_retries=-1, timezone="Mars"))
    assert found.keys() == {"max_retries", "timezone", "workflow"}


def test_a_trigger_that_asks_for_another_name_does_not_accept_it(
    make_schedule: MakeSchedule, save_nodes: SaveNodes
) -> None:
    save_nodes(
        trigger(name_pattern="nightly-*"), trigger("b", scheduled_job_id=OTHER_ID)
    )
    (why,) = problems(make_schedule)["name"]
    assert why.endswith(
        'accepts the name "job": give a name that matches "nightly-*", or give trigger_node.'
    )
    assert make_schedule(name="nightly-report").status == "active"


def test_a_trigger_that_asks_for_another_schedule_may_be_chosen(
    make_schedule: MakeSchedule, workflow: Workflow, save_nodes: SaveNodes
) -> None:
    save_nodes(trigger(scheduled_job_id=OTHER_ID))
    (why,) = problems(make_schedule)["trigger_node"]
    assert why.endswith("give one of these nodes as trigger_node.")
    made = make_schedule(trigger_node=workflow.nodes.get())
    assert made.trigger_node == workflow.nodes.get()


def test_the_node_that_is_chosen_must_be_active(
    make_schedule: MakeSchedule, workflow: Workflow, save_nodes: SaveNodes
) -> None:
    save_nodes(trigger(is_active=False), trigger("other"))
    chosen = workflow.nodes.get(node_id="start")
    (why,) = problems(lambda: make_schedule(trigger_node=chosen))["trigger_node"]
    assert "activate it, give another node, or give none" in why


def test_an_inactive_workflow_starts_nothing(
    make_schedule: MakeSchedule, workflow: Workflow, alice: User
) -> None:
    update_workflow(workflow, {"is_active": False}, user=alice, now=NOON)
    why = 'The workflow "nightly" is not active: activate it first.'
    # What the caller has read of it before does not count.
    assert workflow.is_active
    assert problems(make_schedule) == {"workflow": [why]}


def test_an_update_may_not_lead_to_where_nothing_starts_it(
    make_schedule: MakeSchedule, alice: User, save_nodes: SaveNodes, workflow: Workflow
) -> None:
    schedule = make_schedule(name="nightly-report")
    empty = Workflow.objects.create(name="empty", owner=alice)
    assert problems(lambda: edit(schedule, 0, workflow=empty)).keys() == {"workflow"}
    save_nodes(trigger(name_pattern="nightly-*"), trigger("off", is_active=False))
    assert problems(lambda: edit(schedule, 0, name="daily")).keys() == {"name"}
    off = workflow.nodes.get(node_id="off")
    assert problems(lambda: edit(schedule, 0, trigger_node=off)).keys() == {
        "trigger_node"
    }
    assert edit(schedule, 0, name="nightly-other").name == "nightly-other"
    assert edit(schedule, 0, workflow=startable("full", alice)).version == 3


def test_one_that_cannot_start_may_be_changed_in_all_else(
    make_schedule: MakeSchedule, save_nodes: SaveNodes, workflow: Workflow
) -> None:
    schedule = make_schedule()
    save_nodes(MANUAL, trigger("off", is_active=False), orphan_schedules=True)
    as_it_is = {"workflow": workflow, "trigger_node": None}
    changes = {"name": "new", "max_retries": 2, "cron_expression": "@daily"}
    assert edit(schedule, 0, **changes, **as_it_is).name == "new"
    off = {"trigger_node": workflow.nodes.get(node_id="off")}
    assert problems(lambda: edit(schedule, 0, **off)).keys() == {"workflow"}


@pytest.mark.parametrize("verb", ["resume", "run", "backfill"])
def test_one_that_cannot_start_is_not_started(
    make_schedule: MakeSchedule, save_nodes: SaveNodes, alice: User, verb: str
) -> None:
    schedule, actor = make_schedule(), Actor.person(alice)
    pause_schedule(schedule.id, actor=actor, now=NOON)
    save_nodes(MANUAL, orphan_schedules=True)
    act: Callable[..., object] = {
        "resume": resume_schedule,
        "run": run_now,
        "backfill": lambda *args, **more: backfill(
            *args, from_at=NOON, to_at=NOON, **more
        ),
    }[verb]
    with pytest.raises(CannotStart, match=r"This schedule cannot start\. The workflow"):
        act(schedule.id, actor=actor, now=NOON + MINUTE)
    assert not ScheduledRun.objects.exists()


def test_those_that_cannot_start_are_found_in_two_queries(
    make_schedule: MakeSchedule,
    workflow: Workflow,
    alice: User,
    django_assert_num_queries: Any,
) -> None:
    add_graph(workflow, {"off": ("trigger_schedule", {})})
    off = workflow.nodes.get(node_id="off")
    by_name = startable("by name", alice)
    by_name.nodes.update(config={"name_pattern": "yes*"})
    asleep = startable("asleep", alice)
    make_schedule(name="fine")
    make_schedule(name="yes", workflow=by_name)
    make_schedule(name="chosen is off", trigger_node=off)
    ScheduledJob.objects.filter(name="fine").update(trigger_node=workflow.nodes.first())
    make_schedule(name="yes, and renamed", workflow=by_name)
    ScheduledJob.objects.filter(name="yes, and renamed").update(name="no")
    make_schedule(name="asleep", workflow=asleep)
    workflow.nodes.filter(node_id="off").update(is_active=False)
    Workflow.objects.filter(pk=asleep.pk).update(is_active=False)
    with django_assert_num_queries(2):
        found = unable_to_start(ScheduledJob.objects.order_by("name"))
    assert [each.name for each in found] == ["asleep", "chosen is off", "no"]

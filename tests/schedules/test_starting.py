"""A schedule that could not start is refused; one that no longer could is not orphaned by
mistake."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from schedules.exceptions import CannotStart, InvalidSchedule, WouldOrphan
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import (
    Actor,
    backfill,
    fire_due,
    pause_schedule,
    resume_schedule,
    run_now,
    starting,
    update_schedule,
)
from schedules.services.starting import keep_startable, unable_to_start
from tests.graphs import add_graph, startable
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.guards import WorkflowChange
from workflows.models import Workflow
from workflows.services import (
    GraphSpec,
    NodeSpec,
    save_graph,
    update_workflow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
NONE = 'The workflow "nightly" has no active trigger_schedule node, and nothing else'
OTHER_ID = "01234567-89ab-cdef-0123-456789abcdef"


def trigger(node_id: str = "start", **given: Any) -> NodeSpec:
    is_active = given.pop("is_active", True)
    return NodeSpec(
        node_id=node_id,
        component_type="trigger_schedule",
        config=given,
        is_active=is_active,
    )


MANUAL = NodeSpec(node_id="hand", component_type="trigger_manual")
SaveNodes = Callable[..., Workflow]


@pytest.fixture
def save(workflow: Workflow, alice: User) -> SaveNodes:
    """Replace the graph of Alice's workflow by these nodes."""

    def save(*nodes: NodeSpec, **options: Any) -> Workflow:
        graph = GraphSpec(nodes)
        return save_graph(workflow, graph, actor=alice, now=NOON, **options)

    return save


def faults(call: Callable[[], object]) -> dict[str, list[str]]:
    with pytest.raises(InvalidSchedule) as refused, transaction.atomic():
        call()
    return refused.value.errors


def edited(schedule: ScheduledJob, **fields: Any) -> ScheduledJob:
    actor = Actor.person(schedule.owner)
    return update_schedule(schedule.id, fields, actor=actor, now=NOON)


def orphans(call: Callable[[], object]) -> WouldOrphan:
    """How the change is refused; it leaves everything as it was."""
    before = list(ScheduleEvent.objects.values_list("pk"))
    with pytest.raises(WouldOrphan) as refused, transaction.atomic():
        call()
    assert list(ScheduleEvent.objects.values_list("pk")) == before
    return refused.value


@pytest.mark.parametrize("status", ["active", "paused"])
@pytest.mark.parametrize("nodes", [[MANUAL], [trigger(is_active=False)]])
def test_without_an_active_trigger_it_is_not_made(
    make_schedule: MakeSchedule, save: SaveNodes, nodes: list[NodeSpec], status: str
) -> None:
    save(*nodes)
    (why,) = faults(lambda: make_schedule(status=status))["workflow"]
    assert why.startswith(NONE)
    assert "add one to its graph, or give another workflow" in why
    assert not ScheduledJob.objects.exists()


def test_all_faults_are_told_at_once(
    make_schedule: MakeSchedule, save: SaveNodes
) -> None:
    save(MANUAL)
    found = faults(lambda: make_schedule(max_retries=-1, timezone="Mars"))
    assert found.keys() == {"max_retries", "timezone", "workflow"}


def test_a_trigger_that_asks_for_another_name_does_not_accept_it(
    make_schedule: MakeSchedule, save: SaveNodes
) -> None:
    save(trigger(name_pattern="nightly-*"), trigger("b", scheduled_job_id=OTHER_ID))
    (why,) = faults(make_schedule)["name"]
    assert why.endswith(
        'accepts the name "job": give one that matches "nightly-*", or give trigger_node.'
    )
    assert make_schedule(name="nightly-report").status == "active"


def test_a_trigger_that_asks_for_another_schedule_may_be_chosen(
    make_schedule: MakeSchedule, workflow: Workflow, save: SaveNodes
) -> None:
    save(trigger(scheduled_job_id=OTHER_ID))
    (why,) = faults(make_schedule)["trigger_node"]
    assert why.endswith("give one of them as trigger_node.")
    made = make_schedule(trigger_node=workflow.nodes.get())
    assert made.trigger_node == workflow.nodes.get()


def test_the_node_that_is_chosen_must_be_active(
    make_schedule: MakeSchedule, workflow: Workflow, save: SaveNodes
) -> None:
    save(trigger(is_active=False), trigger("other"))
    chosen = workflow.nodes.get(node_id="start")
    (why,) = faults(lambda: make_schedule(trigger_node=chosen))["trigger_node"]
    assert "activate it, or give another or none" in why


def test_an_inactive_workflow_starts_nothing(
    make_schedule: MakeSchedule, workflow: Workflow, alice: User
) -> None:
    update_workflow(workflow, {"is_active": False}, actor=alice, now=NOON)
    why = 'The workflow "nightly" is not active: activate it first.'
    # What the caller has read of it before does not count.
    assert workflow.is_active
    assert faults(make_schedule) == {"workflow": [why]}


def test_an_update_may_not_lead_to_where_nothing_starts_it(
    make_schedule: MakeSchedule, alice: User, save: SaveNodes, workflow: Workflow
) -> None:
    schedule = make_schedule(name="nightly-report")
    empty = Workflow.objects.create(name="empty", owner=alice)
    assert faults(lambda: edited(schedule, workflow=empty)).keys() == {"workflow"}
    save(trigger(name_pattern="nightly-*"), trigger("off", is_active=False))
    assert faults(lambda: edited(schedule, name="daily")).keys() == {"name"}
    off = workflow.nodes.get(node_id="off")
    assert faults(lambda: edited(schedule, trigger_node=off)).keys() == {"trigger_node"}
    assert edited(schedule, name="nightly-other").name == "nightly-other"
    assert edited(schedule, workflow=startable("full", alice)).version == 3


def test_one_that_cannot_start_may_be_changed_in_all_else(
    make_schedule: MakeSchedule, save: SaveNodes, workflow: Workflow
) -> None:
    schedule = make_schedule()
    save(MANUAL, trigger("off", is_active=False), orphan_schedules=True)
    as_it_is = {"workflow": workflow, "trigger_node": None}
    changes = {"name": "new", "max_retries": 2, "cron_expression": "@daily"}
    assert edited(schedule, **changes, **as_it_is).name == "new"
    off = {"trigger_node": workflow.nodes.get(node_id="off")}
    assert faults(lambda: edited(schedule, **off)).keys() == {"workflow"}


@pytest.mark.parametrize("verb", ["resume", "run", "backfill"])
def test_one_that_cannot_start_is_not_started(
    make_schedule: MakeSchedule, save: SaveNodes, alice: User, verb: str
) -> None:
    schedule, actor = make_schedule(), Actor.person(alice)
    pause_schedule(schedule.id, actor=actor, now=NOON)
    save(MANUAL, orphan_schedules=True)
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


@pytest.mark.parametrize(
    "nodes",
    [
        [MANUAL],
        [trigger(is_active=False)],
        [trigger(name_pattern="other-*")],
        [trigger(scheduled_job_id=OTHER_ID)],
        [NodeSpec(node_id="start", component_type="trigger_manual")],
    ],
)
def test_a_graph_that_leaves_a_schedule_without_a_trigger_is_refused(
    make_schedule: MakeSchedule, save: SaveNodes, nodes: list[NodeSpec]
) -> None:
    made, paused = make_schedule(name="a"), make_schedule(name="b", status="paused")
    refused = orphans(lambda: save(*nodes))
    assert refused.message.startswith(
        '2 schedules of this workflow could no longer start: "a", "b". Keep the workflow'
    )
    assert "confirm the change with orphan_schedules=true" in refused.message
    assert refused.errors == {
        "orphan_schedules": [
            f'The schedule "a" ({made.pk}) could no longer start.',
            f'The schedule "b" ({paused.pk}) could no longer start.',
        ]
    }
    assert save(trigger()).version == 2  # what was refused has written nothing


def test_a_graph_may_lose_the_chosen_trigger_as_long_as_another_accepts_it(
    make_schedule: MakeSchedule, save: SaveNodes, workflow: Workflow
) -> None:
    schedule = make_schedule(trigger_node=workflow.nodes.get(node_id="start"))
    save(trigger("other"))
    schedule.refresh_from_db()
    assert schedule.trigger_node is None
    assert orphans(lambda: save(trigger("other", name_pattern="x"))).code == (
        "would_orphan_schedules"
    )


def test_the_chosen_trigger_may_not_be_switched_off(
    make_schedule: MakeSchedule, save: SaveNodes, workflow: Workflow
) -> None:
    save(trigger(), trigger("other"))
    make_schedule(trigger_node=workflow.nodes.get(node_id="other"))
    orphans(lambda: save(trigger(), trigger("other", is_active=False)))


def test_only_who_could_start_before_is_orphaned(
    make_schedule: MakeSchedule, save: SaveNodes
) -> None:
    make_schedule(name="a")
    save(MANUAL, orphan_schedules=True)
    save(MANUAL, trigger(name_pattern="b"))
    make_schedule(name="b")
    assert orphans(lambda: save(MANUAL)).message.startswith(
        '1 schedule of this workflow could no longer start: "b". '
    )


def test_schedules_that_have_ended_are_in_nobodys_way(
    make_schedule: MakeSchedule, save: SaveNodes
) -> None:
    make_schedule(run_at=NOON + MINUTE)
    fire_due(NOON + MINUTE)
    assert save(MANUAL).version == 2


def test_what_was_confirmed_is_on_record(
    make_schedule: MakeSchedule, save: SaveNodes, alice: User
) -> None:
    schedule = make_schedule()
    save(MANUAL, orphan_schedules=True)
    event = schedule.events.first()
    assert event is not None
    assert (event.verb, event.actor, event.actor_kind) == ("update", alice, "user")
    assert (event.before, event.after) == ({"can_start": True}, {"can_start": False})
    assert "can no longer start" in event.note
    save(MANUAL, orphan_schedules=True)  # once is enough
    assert schedule.events.count() == 2


def test_of_many_the_rest_is_on_record_in_short_steps_after_the_commit(
    make_schedule: MakeSchedule,
    save: SaveNodes,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks,
) -> None:
    monkeypatch.setattr(starting, "MOST_COUNTED", 2)
    monkeypatch.setattr(starting, "ROWS", 2)
    for _ in range(7):
        make_schedule()
    with django_capture_on_commit_callbacks() as after_commit:
        save(MANUAL, orphan_schedules=True)
    told = ScheduleEvent.objects.filter(after={"can_start": False})
    assert told.count() == 2
    for callback in after_commit:
        callback()
    assert told.count() == told.values("schedule").distinct().count() == 7


def test_a_workflow_that_schedules_start_is_not_made_inactive_by_mistake(
    make_schedule: MakeSchedule, workflow: Workflow, alice: User
) -> None:
    schedule = make_schedule()

    def switch(*, on: bool, **options: Any) -> Workflow:
        changes = {"is_active": on}
        return update_workflow(workflow, changes, actor=alice, now=NOON, **options)

    assert orphans(lambda: switch(on=False)).message.startswith("1 schedule of")
    assert not switch(on=False, orphan_schedules=True).is_active
    assert schedule.events.count() == 2
    assert switch(on=True).is_active


def test_many_are_counted_and_few_are_named(
    make_schedule: MakeSchedule, save: SaveNodes
) -> None:
    for number in range(30):
        make_schedule(name=f"job {number:02}")
    refused = orphans(lambda: save(MANUAL))
    assert (
        '30 schedules of this workflow could no longer start: "job 00", "job 01"'
        in (refused.message)
    )
    assert '"job 04" and 25 more. Keep' in refused.message
    assert len(refused.errors["orphan_schedules"]) == 20


def test_what_somebody_else_has_scheduled_is_counted_and_not_named(
    workflow: Workflow, save: SaveNodes, make_schedule: MakeSchedule, bob: User
) -> None:
    schedule = make_schedule(name="a secret")
    ScheduledJob.objects.filter(pk=schedule.pk).update(owner=bob)
    refused = orphans(lambda: save(MANUAL))
    assert "could no longer start: 1 that you may not see. Keep" in refused.message
    assert refused.errors == {"orphan_schedules": []}


def test_a_change_costs_the_same_however_many_schedules_there_are(
    make_schedule: MakeSchedule, save: SaveNodes
) -> None:
    def cost(*nodes: NodeSpec) -> int:
        with CaptureQueriesContext(connection) as queries:
            save(*nodes, orphan_schedules=True)
        return len(queries)

    save(trigger())
    make_schedule()
    few = [cost(trigger(name_pattern="job")), cost(MANUAL)]
    save(trigger())
    for _ in range(20):
        make_schedule()
    assert [cost(trigger(name_pattern="job")), cost(MANUAL)] == few


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


def test_more_names_than_can_be_tried_at_once_are_not_judged(
    make_schedule: MakeSchedule, save: SaveNodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        make_schedule(name=f"job {number}")
    monkeypatch.setattr(starting, "MOST_TRIES", 2)
    monkeypatch.setattr(starting, "MOST_COUNTED", 2)
    refused = orphans(lambda: save(trigger(name_pattern="x")))
    assert refused.message.startswith("At least 2 schedules of this workflow could no")
    monkeypatch.setattr(starting, "MOST_TRIES", 0)
    assert save(trigger(name_pattern="x")).version == 2
    assert unable_to_start(ScheduledJob.objects.all()) == []


def test_what_somebody_else_changes_just_before_is_seen(
    make_schedule: MakeSchedule, save: SaveNodes, workflow: Workflow, alice: User
) -> None:
    save(MANUAL)
    change = WorkflowChange(
        workflow=workflow, actor=alice, now=NOON, orphans_schedules=False
    )
    check = keep_startable(change)
    # In between a trigger comes, and a schedule with it.
    save(trigger())
    make_schedule()
    workflow.nodes.update(is_active=False)
    Workflow.objects.filter(pk=workflow.pk).update(version=F("version") + 1)
    with pytest.raises(WouldOrphan):
        check()

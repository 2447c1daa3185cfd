"""A trigger node that schedules have selected, and a graph that is saved without it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob
from schedules.services import Actor, stop_schedule, update_schedule
from schedules.services.drafts.starting import start_problems, unable_to_start
from tests.schedules.conftest import NOON, MakeSchedule, SaveNodes
from tests.schedules.triggers import MANUAL, trigger
from triggers.exceptions import NoTrigger
from triggers.resolver import TriggerResolver
from workflows.models import Workflow, WorkflowNode
from workflows.services import (
    NodeSpec,
    delete_workflow,
    preview_deletion,
    restore_version,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def chosen(save_nodes: SaveNodes, workflow: Workflow) -> WorkflowNode:
    """The node "start" of version 1, beside another trigger that takes any schedule."""
    save_nodes(trigger("start"), trigger("other"))
    return workflow.nodes.get(node_id="start")


@pytest.fixture
def schedule(chosen: WorkflowNode, make_schedule: MakeSchedule) -> ScheduledJob:
    return make_schedule(trigger_node=chosen)


def drop(save_nodes: SaveNodes, *nodes: NodeSpec) -> None:
    save_nodes(*(nodes or [trigger("other")]), orphan_schedules=True)


def all_nodes(workflow: Workflow) -> set[str]:
    rows = WorkflowNode.with_removed.filter(workflow=workflow)
    return set(rows.values_list("node_id", flat=True))


def test_a_removed_node_is_kept_for_its_schedule_and_is_in_no_graph(
    schedule: ScheduledJob,
    chosen: WorkflowNode,
    save_nodes: SaveNodes,
    workflow: Workflow,
) -> None:
    drop(save_nodes)
    schedule.refresh_from_db()
    assert schedule.trigger_node == chosen
    assert schedule.trigger_node.removed_at == NOON
    assert schedule.trigger_node.is_active  # what a person has set stays
    assert [node.node_id for node in workflow.nodes.all()] == ["other"]
    assert workflow.versions.first().node_count == 1


def test_its_schedule_starts_nowhere_else_meanwhile_and_is_named(
    schedule: ScheduledJob,
    chosen: WorkflowNode,
    save_nodes: SaveNodes,
    workflow: Workflow,
) -> None:
    drop(save_nodes)
    tick = {
        "schedule_id": str(schedule.pk),
        "schedule_name": schedule.name,
        "trigger_node_id": chosen.pk,
    }
    with pytest.raises(NoTrigger):
        TriggerResolver().resolve("schedule", tick, workflow)
    # What the doctor lists.
    unable = unable_to_start(ScheduledJob.objects.all())
    assert [each.id for each in unable] == [schedule.pk]
    schedule.refresh_from_db()
    [(field, why)] = start_problems(schedule)
    assert (field, "was removed from the workflow" in why) == ("trigger_node", True)


def test_it_comes_back_as_the_same_row_when_it_is_saved_again(
    schedule: ScheduledJob,
    chosen: WorkflowNode,
    save_nodes: SaveNodes,
    workflow: Workflow,
) -> None:
    drop(save_nodes)
    save_nodes(trigger("other"), trigger("start", name_pattern="job*"))
    back = workflow.nodes.get(node_id="start")
    assert (back.pk, back.removed_at) == (chosen.pk, None)
    assert back.config == {"name_pattern": "job*"}
    assert unable_to_start(ScheduledJob.objects.all()) == []


def test_it_comes_back_as_the_same_row_when_its_version_is_restored(
    schedule: ScheduledJob,
    chosen: WorkflowNode,
    save_nodes: SaveNodes,
    workflow: Workflow,
    alice: User,
) -> None:
    drop(save_nodes)
    restore_version(workflow, 1, user=alice, now=NOON)
    schedule.refresh_from_db()
    assert schedule.trigger_node == workflow.nodes.get(node_id="start") == chosen
    assert unable_to_start(ScheduledJob.objects.all()) == []


def test_as_another_type_it_is_the_same_row_too_and_the_way_back_stays(
    schedule: ScheduledJob,
    chosen: WorkflowNode,
    save_nodes: SaveNodes,
    workflow: Workflow,
    alice: User,
) -> None:
    drop(save_nodes)
    manual = NodeSpec(node_id="start", component_type="trigger_manual")
    save_nodes(trigger("other"), manual)
    assert workflow.nodes.get(node_id="start").pk == chosen.pk
    assert len(unable_to_start(ScheduledJob.objects.all())) == 1
    restore_version(workflow, 1, user=alice, now=NOON)
    assert unable_to_start(ScheduledJob.objects.all()) == []


def test_an_inactive_node_is_inactive_when_it_comes_back(
    schedule: ScheduledJob, save_nodes: SaveNodes, workflow: Workflow, alice: User
) -> None:
    off = [trigger("start", is_active=False), trigger("other")]
    save_nodes(*off, orphan_schedules=True)
    drop(save_nodes)
    restore_version(workflow, 2, user=alice, now=NOON)
    back = workflow.nodes.get(node_id="start")
    assert (back.is_active, back.removed_at) == (False, None)


def test_it_is_deleted_at_the_next_save_when_nothing_refers_to_it_any_more(
    schedule: ScheduledJob, save_nodes: SaveNodes, workflow: Workflow, alice: User
) -> None:
    drop(save_nodes)
    assert all_nodes(workflow) == {"start", "other"}
    stop_schedule(schedule.id, actor=Actor.person(alice), now=NOON)
    assert all_nodes(workflow) == {"start", "other"}
    save_nodes(trigger("other"), MANUAL)
    assert all_nodes(workflow) == {"other", "hand"}


def test_no_schedule_can_choose_a_removed_node(
    schedule: ScheduledJob,
    chosen: WorkflowNode,
    save_nodes: SaveNodes,
    make_schedule: MakeSchedule,
) -> None:
    drop(save_nodes)
    with pytest.raises(InvalidSchedule) as refused:
        make_schedule(trigger_node=chosen)
    assert list(refused.value.errors) == ["trigger_node"]


def test_its_schedule_can_be_renamed_and_sent_elsewhere(
    schedule: ScheduledJob, save_nodes: SaveNodes, alice: User
) -> None:
    drop(save_nodes)
    actor = Actor.person(alice)
    renamed = update_schedule(schedule.id, {"name": "new"}, actor=actor, now=NOON)
    assert renamed.trigger_node_id == schedule.trigger_node_id
    update_schedule(schedule.id, {"trigger_node": None}, actor=actor, now=NOON)
    assert unable_to_start(ScheduledJob.objects.all()) == []


def test_a_removed_node_goes_with_its_workflow_and_is_not_counted(
    schedule: ScheduledJob, save_nodes: SaveNodes, workflow: Workflow, alice: User
) -> None:
    drop(save_nodes)
    assert preview_deletion(workflow, user=alice).deleted == {
        "schedules": 1,
        "workflow nodes": 1,
        "workflow versions": 2,
        "workflows": 1,
    }
    assert delete_workflow(workflow, user=alice, now=NOON).done
    assert not WorkflowNode.with_removed.exists()


def test_removing_costs_the_same_however_many_nodes_and_schedules_there_are(
    save_nodes: SaveNodes, make_schedule: MakeSchedule, workflow: Workflow
) -> None:
    def cost(count: int, schedules: int) -> int:
        names = [f"n{number}" for number in range(count)]
        save_nodes(trigger("other"), *map(trigger, names))
        for node in workflow.nodes.filter(node_id="n0"):
            for _ in range(schedules):
                make_schedule(trigger_node=node)
        with CaptureQueriesContext(connection) as queries:
            drop(save_nodes)
        assert all_nodes(workflow) == {"other", "n0"}
        return len(queries)

    assert cost(2, 1) == cost(40, 9)

"""Schedules that are made, moved and fired while their workflow goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from redis import Redis

from schedules.exceptions import InvalidSchedule, WouldOrphan
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import Actor, create_schedule, fire_due, update_schedule
from schedules.services.insight.audit import audit
from tests.at_once import at_once
from tests.graphs import add_graph, startable
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow, WorkflowNode
from workflows.services import GraphSpec, NodeSpec, delete_workflow, save_graph

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]
MINUTE = timedelta(minutes=1)


def test_a_workflow_that_is_deleted_while_it_fires_leaves_no_run_to_start(
    redis: Redis, make_schedule: MakeSchedule, workflow: Workflow
) -> None:
    for _ in range(6):
        make_schedule()
    at_once([lambda: fire_due(NOON + MINUTE), workflow.delete])
    assert not ScheduledJob.objects.exists()
    states = ScheduledRun.objects.values_list("status", flat=True)
    assert set(states) <= {"cancelled"}
    assert ScheduleEvent.objects.filter(verb="stop").count() == 6


def test_a_workflow_that_is_deleted_while_schedules_are_made_takes_them_along(
    redis: Redis, alice: User
) -> None:
    actor = Actor.person(alice)
    for _ in range(8):
        workflow = startable("short-lived", alice)
        fields = {"name": "new", "workflow": workflow, "interval_seconds": 60}

        def make(fields=fields) -> ScheduledJob:
            return create_schedule(fields, actor=actor, now=NOON)

        def delete(workflow=workflow) -> None:
            delete_workflow(workflow, user=alice, now=NOON)

        *made, deleted = at_once([make, make, make, delete])
        assert deleted is None
        assert {type(answer) for answer in made} <= {ScheduledJob, InvalidSchedule}
    assert not ScheduledJob.objects.exists()
    assert all(account.is_balanced for account in audit())


def test_a_schedule_that_moves_to_a_workflow_as_that_is_deleted_stays_or_goes_with_it(
    redis: Redis, make_schedule: MakeSchedule, alice: User
) -> None:
    actor = Actor.person(alice)
    for _ in range(8):
        schedule = make_schedule()
        workflow = startable("short-lived", alice)

        def move(schedule=schedule, workflow=workflow) -> ScheduledJob:
            fields = {"workflow": workflow}
            return update_schedule(schedule.id, fields, actor=actor, now=NOON)

        def delete(workflow=workflow) -> None:
            delete_workflow(workflow, user=alice, now=NOON)

        moved, deleted = at_once([move, delete])
        assert deleted is None
        assert type(moved) in {ScheduledJob, InvalidSchedule}
        left = ScheduledJob.objects.filter(pk=schedule.pk).exists()
        assert left == isinstance(moved, InvalidSchedule)


def test_a_node_goes_or_a_schedule_comes_to_it_but_not_both(
    redis: Redis, alice: User
) -> None:
    actor = Actor.person(alice)
    for _ in range(8):
        workflow = startable("short-lived", alice)
        node = add_graph(workflow, {"other": ("trigger_schedule", {})})["other"]
        fields = {"name": "new", "workflow": workflow, "interval_seconds": 60}

        def make(fields=fields, node=node) -> ScheduledJob:
            wanted = fields | {"trigger_node": node}
            return create_schedule(wanted, actor=actor, now=NOON)

        def drop(workflow=workflow) -> object:
            kept = NodeSpec(node_id="start", component_type="trigger_schedule")
            return save_graph(workflow, GraphSpec([kept]), user=alice, now=NOON)

        made, dropped = at_once([make, drop])
        if isinstance(made, ScheduledJob):
            assert isinstance(dropped, WouldOrphan)
            assert workflow.nodes.count() == 2
        else:
            assert isinstance(made, InvalidSchedule)
            assert isinstance(dropped, Workflow)
            assert not WorkflowNode.with_removed.filter(pk=node.pk).exists()

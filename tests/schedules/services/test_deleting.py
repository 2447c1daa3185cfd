"""History outlives what it is about."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from redis import Redis

from schedules.exceptions import NodeInUse
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import Actor, fire_due, stop_schedule, transitions
from schedules.services.transitions import NODE_DELETED
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow, WorkflowNode

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
DUE = NOON + timedelta(minutes=1)
ALARMS = "rq:scheduler:scheduled_jobs"


@pytest.fixture
def fired(redis: Redis, make_schedule: MakeSchedule) -> ScheduledJob:
    schedule = make_schedule()
    fire_due(DUE)
    assert redis.zcard(ALARMS) == 1
    return schedule


def assert_history_stays(schedule: ScheduledJob, actor_kind: str) -> None:
    assert not ScheduledJob.objects.filter(pk=schedule.pk).exists()
    run = ScheduledRun.objects.get(schedule_id=schedule.pk)
    assert (run.status, run.reason) == ("cancelled", "stopped")
    assert run.schedule_name == "job"
    event = ScheduleEvent.objects.get(schedule_id=schedule.pk, verb="stop")
    assert (event.actor_kind, event.schedule_name) == (actor_kind, "job")
    assert event.before["interval_seconds"] == 60


def test_a_stopped_schedule_is_gone_and_its_history_stays(
    fired: ScheduledJob, redis: Redis
) -> None:
    actor = Actor.person(fired.owner)
    stop_schedule(fired.id, actor=actor, now=DUE, note="no longer needed")
    assert_history_stays(fired, "user")
    assert redis.zcard(ALARMS) == 0
    assert ScheduleEvent.objects.get(verb="stop").note == "no longer needed"


def test_deleting_a_workflow_stops_its_schedules(
    fired: ScheduledJob, workflow: Workflow, redis: Redis
) -> None:
    workflow.delete()
    assert_history_stays(fired, "system")
    assert redis.zcard(ALARMS) == 0


def test_deleting_workflows_in_bulk_stops_their_schedules(
    fired: ScheduledJob, redis: Redis
) -> None:
    Workflow.objects.all().delete()
    assert_history_stays(fired, "system")


def test_deleting_a_user_stops_their_schedules(
    fired: ScheduledJob, alice: User, redis: Redis
) -> None:
    alice.delete()
    assert_history_stays(fired, "system")


def test_a_deleted_trigger_node_leaves_the_schedule_which_says_so(
    make_schedule: MakeSchedule, workflow: Workflow
) -> None:
    node = WorkflowNode.objects.get(workflow=workflow, node_id="start")
    schedule = make_schedule(trigger_node=node)
    node.delete()
    schedule.refresh_from_db()
    assert schedule.trigger_node is None
    assert schedule.status == "active"
    event = ScheduleEvent.objects.get(schedule=schedule, verb="update")
    assert event.note == schedule.status_reason == NODE_DELETED


def test_a_node_that_many_schedules_start_at_goes_in_few_queries(
    make_schedule: MakeSchedule, workflow: Workflow, django_assert_max_num_queries
) -> None:
    node = workflow.nodes.get(node_id="start")
    for _ in range(30):
        make_schedule(trigger_node=node)
    with django_assert_max_num_queries(10), transaction.atomic():
        transitions.forget_trigger_node(node, now=NOON)
    assert not ScheduledJob.objects.filter(trigger_node=node).exists()
    assert {*ScheduledJob.objects.values_list("status_reason", flat=True)} == {
        NODE_DELETED
    }
    assert ScheduleEvent.objects.filter(note=NODE_DELETED).count() == 30


def test_a_node_that_too_many_schedules_start_at_stays(
    make_schedule: MakeSchedule, workflow: Workflow, monkeypatch
) -> None:
    monkeypatch.setattr(transitions.many, "MOST_AT_ONCE", 1)
    node = workflow.nodes.get(node_id="start")
    for _ in range(2):
        make_schedule(trigger_node=node)
    wanted = "More than 1 schedules start at the node"
    with pytest.raises(NodeInUse, match=wanted), transaction.atomic():
        node.delete()
    assert ScheduledJob.objects.filter(trigger_node=node).count() == 2

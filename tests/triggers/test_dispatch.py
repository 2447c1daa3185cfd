from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from tests.graphs import add_graph
from triggers.dispatch import dispatch_event
from triggers.events import TickEvent
from triggers.exceptions import NoTrigger
from workflows.exceptions import WorkflowInactive
from workflows.models import Workflow, WorkflowExecution
from workflows.services import GraphSpec, NodeSpec, save_graph

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def tick(name: str = "nightly-report", **more) -> TickEvent:
    return {
        "schedule_id": str(uuid4()),
        "schedule_name": name,
        "scheduled_for": NOW.isoformat(),
        "fired_at": NOW.isoformat(),
        "attempt": 1,
        "payload": {"x": 1},
        **more,
    }


def dispatch(workflow: Workflow, event: TickEvent, **more) -> WorkflowExecution:
    return dispatch_event("schedule", event, workflow=workflow, now=NOW, **more)


def with_triggers(owner: User, **configs) -> Workflow:
    workflow = Workflow.objects.create(name="w", owner=owner)
    nodes = {name: ("trigger_schedule", config) for name, config in configs.items()}
    add_graph(workflow, nodes)
    return workflow


def test_an_event_becomes_an_execution_that_carries_it(workflow: Workflow):
    event = tick()
    execution = dispatch(workflow, event)
    execution.refresh_from_db()
    assert execution.event == {"type": "schedule", **event}
    assert (execution.trigger_type, execution.trigger_node_id) == ("schedule", "tick")
    assert (execution.status, execution.started_at) == ("pending", None)
    assert (execution.owner, execution.workflow_name) == (workflow.owner, "greeting")


def test_a_claimed_execution_has_started_at_once(workflow: Workflow):
    execution = dispatch(workflow, tick(), status=WorkflowExecution.Status.RUNNING)
    assert execution.started_at == NOW


def test_dispatching_to_a_known_graph_costs_one_insert(
    owner: User, django_assert_num_queries
):
    workflow = Workflow.objects.create(name="w", owner=owner)
    nodes = [NodeSpec(node_id="start", component_type="trigger_schedule")]
    save_graph(workflow, GraphSpec(nodes, []), user=owner, now=NOW)
    dispatch(workflow, tick())
    with django_assert_num_queries(1):
        dispatch(workflow, tick())


def test_the_node_that_asks_most_closely_is_taken(owner: User):
    event = tick("nightly-report")
    workflow = with_triggers(
        owner,
        any={},
        pattern={"name_pattern": "nightly-*"},
        closer={"name_pattern": "nightly-rep*"},
        other={"name_pattern": "daily-*"},
        exact={"scheduled_job_id": event["schedule_id"].upper()},
    )
    assert dispatch(workflow, event).trigger_node_id == "exact"
    assert dispatch(workflow, tick("nightly-report")).trigger_node_id == "closer"
    assert dispatch(workflow, tick("nightly-x")).trigger_node_id == "pattern"
    assert dispatch(workflow, tick("weekly")).trigger_node_id == "any"


def test_a_chosen_node_is_used_even_if_another_asks_more_closely(owner: User):
    workflow = with_triggers(owner, any={}, pattern={"name_pattern": "*"})
    chosen = workflow.nodes.get(node_id="any")
    event = tick(trigger_node_id=chosen.pk)
    assert dispatch(workflow, event).trigger_node_id == "any"
    workflow.nodes.filter(pk=chosen.pk).update(is_active=False)
    with pytest.raises(NoTrigger, match="with the chosen id"):
        dispatch(workflow, event)


def test_no_matching_node_is_said_exactly(owner: User):
    workflow = with_triggers(owner, other={"name_pattern": "daily-*"}, off={})
    workflow.nodes.filter(node_id="off").update(is_active=False)
    expected = (
        'The workflow "w" has no active trigger_schedule node '
        'for the schedule "nightly-report".'
    )
    with pytest.raises(NoTrigger) as refusal:
        dispatch(workflow, tick())
    assert str(refusal.value) == expected
    assert not WorkflowExecution.objects.exists()


def test_an_inactive_workflow_starts_nothing(workflow: Workflow):
    workflow.is_active = False
    with pytest.raises(WorkflowInactive):
        dispatch(workflow, tick())

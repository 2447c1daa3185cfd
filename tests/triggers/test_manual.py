"""POST /api/v1/workflows/{id}/run/ with `start_at`."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from rest_framework.test import APIClient

from schedules.models import ScheduledRun
from tests.api import client as api_client
from tests.workflows.running import clock
from workflows.execution import definition
from workflows.execution.engine import run_execution
from workflows.models import Workflow, WorkflowExecution, WorkflowNode

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TYPES = {
    "start": "trigger_manual",
    "again": "trigger_manual",
    "nightly": "trigger_schedule",
    "hook": "trigger_webhook",
    "text": "template",
}


@pytest.fixture
def api(owner: User) -> APIClient:
    return api_client(owner)


@pytest.fixture
def drawn(owner: User) -> Workflow:
    """A workflow with a node of each kind."""
    workflow = Workflow.objects.create(name="drawn", owner=owner)
    for node_id, type_ in TYPES.items():
        WorkflowNode.objects.create(
            workflow=workflow, node_id=node_id, component_type=type_
        )
    return workflow


def start(api: APIClient, workflow: Workflow, query: str = "", **body: Any) -> Any:
    return api.post(f"/api/v1/workflows/{workflow.pk}/run/{query}", body, format="json")


def test_it_starts_at_the_manual_trigger_that_is_named(api: APIClient, drawn: Workflow):
    for node_id in ("start", "again"):
        answer = start(api, drawn, start_at=node_id)
        assert answer.status_code == 202
        assert answer.json()["trigger_node_id"] == node_id
        assert answer.json()["event"]["type"] == "manual"
        assert "is_test" not in answer.json()["event"]


def test_a_test_start_looks_like_a_tick_and_says_that_it_is_none(
    api: APIClient, drawn: Workflow
):
    answer = start(api, drawn, start_at="nightly", payload={"n": 1}).json()
    assert answer["trigger_type"] == "manual"
    assert answer["trigger_node_id"] == "nightly"
    event = answer["event"]
    assert event.pop("scheduled_for") == event.pop("fired_at")
    assert event == {
        "type": "schedule",
        "schedule_id": "00000000-0000-0000-0000-000000000000",
        "schedule_name": "Test",
        "origin": "manual",
        "attempt": 1,
        "payload": {"n": 1},
        "is_test": True,
        "started_by": "ada",
    }
    assert not ScheduledRun.objects.exists()


def test_a_test_start_runs_from_that_node(api: APIClient, drawn: Workflow):
    pk = start(api, drawn, start_at="nightly", payload={"n": 1}).json()["id"]
    WorkflowExecution.objects.filter(pk=pk).update(status="running")
    drawn.nodes.exclude(node_id="nightly").delete()
    definition.forget()
    execution = run_execution(WorkflowExecution.objects.get(pk=pk), clock=clock)
    assert execution.status == "succeeded"
    (node,) = execution.node_runs.all()
    assert node.output["payload"] == {"n": 1}


def test_the_admin_shows_that_it_is_a_test(api: APIClient, drawn: Workflow, client):
    pk = start(api, drawn, start_at="nightly").json()["id"]
    client.force_login(User.objects.create_superuser("boss"))
    page = reverse("admin:ostinato_workflows_workflowexecution_change", args=[pk])
    assert "is_test" in client.get(page).text


def test_a_dry_run_shows_the_event_and_starts_nothing(api: APIClient, drawn: Workflow):
    answer = start(api, drawn, "?dry_run=true", start_at="nightly", payload={"n": 1})
    assert answer.status_code == 200
    assert answer.json()["event"]["is_test"] is True
    assert answer.json()["event"] == answer.json()["after"]["event"]
    assert not WorkflowExecution.objects.exists()


@pytest.mark.parametrize(
    ("node_id", "says"),
    [
        ("hook", "starts when its URL is called"),
        ("text", "must be a trigger_manual or a trigger_schedule"),
        ("nowhere", 'The workflow "drawn" has no such node.'),
        ("x" * 100, "no more than 64 characters"),
        ("", "may not be blank"),
        (7, "Must be a text"),
    ],
)
def test_where_it_cannot_start_is_refused(
    api: APIClient, drawn: Workflow, node_id: Any, says: str
):
    answer = start(api, drawn, start_at=node_id)
    assert answer.status_code == 400
    (reason,) = answer.json()["errors"]["start_at"]
    assert says in reason
    assert not WorkflowExecution.objects.exists()


@pytest.mark.parametrize("node_id", ["start", "nightly"])
def test_an_inactive_node_or_workflow_does_not_start(
    api: APIClient, drawn: Workflow, node_id: str
):
    drawn.nodes.update(is_active=False)
    answer = start(api, drawn, start_at=node_id)
    assert answer.json()["errors"]["start_at"] == [
        "The node is not active: activate it first."
    ]
    drawn.nodes.update(is_active=True)
    Workflow.objects.update(is_active=False)
    assert start(api, drawn, start_at=node_id).json()["code"] == "workflow_inactive"


def test_without_a_manual_trigger_the_refusal_names_the_schedule_trigger(
    api: APIClient, drawn: Workflow
):
    drawn.nodes.filter(component_type="trigger_manual").delete()
    answer = start(api, drawn)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_trigger")
    assert 'set start_at to "nightly"' in answer.json()["detail"]
    drawn.nodes.filter(node_id="nightly").delete()
    assert "start_at" not in start(api, drawn).json()["detail"]

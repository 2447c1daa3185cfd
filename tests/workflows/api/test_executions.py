from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.api import client, names, staff
from workflows.failures import FailureKind
from workflows.models import NodeRun, Workflow, WorkflowExecution

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LIST = "/api/v1/executions/"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
Status = WorkflowExecution.Status


@pytest.fixture
def api(owner: User) -> APIClient:
    return client(owner)


@pytest.fixture
def execution(workflow: Workflow) -> WorkflowExecution:
    return make(workflow)


def make(workflow: Workflow, **fields) -> WorkflowExecution:
    fields = {"status": Status.RUNNING, "created_at": NOW} | fields
    execution = WorkflowExecution.objects.create(
        workflow=workflow,
        workflow_name=workflow.name,
        owner=workflow.owner,
        trigger_type="manual",
        trigger_node_id="start",
        **fields,
    )
    for sequence in (2, 1):
        NodeRun.objects.create(
            execution=execution, sequence=sequence, node_id=f"n{sequence}"
        )
    return execution


def address(execution: WorkflowExecution, more: str = "") -> str:
    return f"{LIST}{execution.pk}/{more}"


def test_a_workflow_is_run_by_hand(api: APIClient, workflow: Workflow):
    run = f"/api/v1/workflows/{workflow.pk}/run/"
    answer = api.post(run, {"payload": {"name": "Ada"}}, format="json")
    assert (answer.status_code, answer.data["status"]) == (202, "pending")
    assert answer.data["event"]["payload"] == {"name": "Ada"}
    assert answer.json()["workflow"] == str(workflow.pk)
    assert api.get(f"{LIST}{answer.data['id']}/").data["node_runs"] == []
    assert api.post(run).status_code == 202


@pytest.mark.parametrize(
    "payload", [[1], "text", None, 7, {"a": "x" * 65_536}, {"a": "\x00"}]
)
def test_a_payload_is_a_small_json_object(api: APIClient, workflow: Workflow, payload):
    run = f"/api/v1/workflows/{workflow.pk}/run/"
    answer = api.post(run, {"payload": payload}, format="json")
    assert (answer.status_code, list(answer.data["errors"])) == (400, ["payload"])
    assert not WorkflowExecution.objects.exists()


def test_half_a_character_is_no_text(api: APIClient, workflow: Workflow):
    run = f"/api/v1/workflows/{workflow.pk}/run/"
    body = '{"payload": {"\\ud800": 1}}'
    answer = api.post(run, body, content_type="application/json")
    assert (answer.status_code, list(answer.data["errors"])) == (400, ["payload"])


def test_what_cannot_run_is_a_conflict_that_says_why(api, workflow: Workflow):
    run = f"/api/v1/workflows/{workflow.pk}/run/"
    workflow.nodes.filter(node_id="start").update(is_active=False)
    answer = api.post(run, {}, format="json")
    assert (answer.status_code, answer.data["code"]) == (409, "no_trigger")
    assert "no active trigger_manual node" in answer.data["detail"]
    Workflow.objects.update(is_active=False)
    answer = api.post(run, {}, format="json")
    assert (answer.status_code, answer.data["code"]) == (409, "workflow_inactive")


def test_one_execution_is_shown_with_its_node_runs(api: APIClient, execution):
    answer = api.get(address(execution)).data
    assert names(answer["node_runs"], "node_id") == ["n1", "n2"]
    assert answer["workflow_name"] == "greeting"


def test_the_newest_come_first_and_filters_narrow(api, workflow: Workflow):
    old = make(
        workflow,
        created_at=NOW - timedelta(days=1),
        status=Status.FAILED,
        failure_kind=FailureKind.LOST,
    )
    new = make(workflow)
    rows = api.get(LIST).json()["results"]
    assert names(rows, "id") == [str(new.pk), str(old.pk)]
    assert "node_runs" not in rows[0]
    failed = api.get(LIST, {"status": "failed"}).json()["results"]
    assert names(failed, "id") == [str(old.pk)]
    assert names(failed, "failure_kind") == ["lost"]
    for kind, found in (("lost", failed), ("node", [])):
        answer = api.get(LIST, {"failure_kind": kind})
        assert answer.json()["results"] == found
    assert len(api.get(LIST, {"workflow": workflow.pk}).data["results"]) == 2
    bad = api.get(LIST, {"status": "odd", "workflow": "x"})
    assert (bad.status_code, set(bad.data["errors"])) == (400, {"status", "workflow"})


def test_cancelling_twice_is_harmless_and_too_late_is_a_conflict(api, execution):
    for _ in range(2):
        answer = api.post(address(execution, "cancel/"))
        assert (answer.status_code, answer.data["status"]) == (200, "running")
        assert answer.data["cancel_requested_at"]
    WorkflowExecution.objects.update(status=Status.SUCCEEDED)
    answer = api.post(address(execution, "cancel/"))
    assert (answer.status_code, answer.data["code"]) == (409, "execution_ended")


def test_others_find_nothing(execution: WorkflowExecution):
    eve = client(User.objects.create_user("eve"))
    assert eve.get(LIST).data["results"] == []
    assert eve.get(address(execution)).status_code == 404
    assert eve.post(address(execution, "cancel/")).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"), [(b"{bad", "body"), (b'{"zzz": 1}', "zzz"), (b"[1]", "body")]
)
def test_cancelling_takes_no_body(api, execution, body: bytes, field: str):
    there = address(execution, "cancel/")
    answer = api.generic("POST", there, body, content_type="application/json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    execution.refresh_from_db()
    assert execution.cancel_requested_at is None
    assert api.post(there, {}, format="json").status_code == 200


def test_staff_cancels_only_with_the_permission(execution: WorkflowExecution):
    user = staff("ostinato_workflows.view_workflowexecution")
    assert client(user).get(address(execution)).status_code == 200
    assert client(user).post(address(execution, "cancel/")).status_code == 403


def test_executions_cannot_be_written(api: APIClient, execution: WorkflowExecution):
    for answer in (
        api.post(LIST, {}, format="json"),
        api.patch(address(execution), {}, format="json"),
        api.delete(address(execution)),
    ):
        assert (answer.status_code, answer.data["code"]) == (405, "method_not_allowed")


def test_reading_costs_the_same_queries_whatever_there_is(api, workflow: Workflow):
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            api.get(path)
        return len(captured)

    for _ in range(10):
        execution = make(workflow)
    assert queries(LIST) == 2  # which rows, then the rows
    assert queries(address(execution)) == 2

"""POST /api/v1/workflows/{id}/render/"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.api import client, staff
from tests.workflows.running import NOW
from workflows.models import NodeRun, Workflow, WorkflowExecution
from workflows.safety import templating

pytestmark = pytest.mark.django_db
Status = WorkflowExecution.Status
ENDLESS = (
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
)


@pytest.fixture
def api(owner: User) -> APIClient:
    return client(owner)


@pytest.fixture
def execution(workflow: Workflow) -> WorkflowExecution:
    return ended(workflow, {"status": 200, "token": "***"})


def ended(workflow: Workflow, output: Any, **fields: Any) -> WorkflowExecution:
    """An execution on record, with a node that succeeded and one that did not."""
    execution = WorkflowExecution.objects.create(
        workflow=workflow,
        owner=workflow.owner,
        trigger_type="manual",
        trigger_node_id="start",
        event={"payload": {"name": "Ada", "n": 7}},
        **{"status": Status.SUCCEEDED, "created_at": NOW, "finished_at": NOW} | fields,
    )
    for sequence, status in enumerate(("succeeded", "failed"), start=1):
        NodeRun.objects.create(
            execution=execution,
            sequence=sequence,
            node_id=status,
            status=status,
            output=output,
        )
    return execution


def render(api: APIClient, workflow: Workflow, value: Any, kind: str, **more: Any):
    body = {"value": value, "kind": kind, **more}
    return api.post(f"/api/v1/workflows/{workflow.pk}/render/", body, format="json")


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("value", "kind", "result"),
    [
        ("Hello {{ trigger.payload.name }}", "text", "Hello Ada"),
        ({"a": ["{{ trigger.payload.n }}"]}, "text", {"a": ["7"]}),
        ({"a": ["{{ trigger.payload.n }}"]}, "value", {"a": [7]}),
        ("{{ nodes.succeeded.output.token }}", "value", "***"),
        ("nodes.succeeded.output.status == 200", "condition", True),
        ("{{ nodes.succeeded.output.status > 200 }}", "condition", False),
        ("no template", "text", "no template"),
        (None, "value", None),
    ],
)
def test_it_renders_as_a_node_would(
    api: APIClient, workflow: Workflow, execution, value: Any, kind: str, result: Any
):
    answer = render(api, workflow, value, kind)
    assert answer.status_code == 200
    assert answer.json() == {
        "result": result,
        "problem": None,
        "execution": str(execution.pk),
    }


@pytest.mark.parametrize(
    ("value", "kind", "says"),
    [
        ("{{ oops", "text", "The template has an error in line 1"),
        (["fine", "{% if %}"], "value", "The template has an error in line 1"),
        ("1 +", "condition", "The condition has an error in line 1"),
        ("{{ trigger.nobody }}", "text", "has no attribute 'nobody'"),
        ("{{ nodes.failed.output }}", "text", "has no attribute 'failed'"),
        ("{{ ''.__class__.__mro__ }}", "text", "unsafe"),
        ("{{ 'x' * 70000 }}", "text", "larger than 64 KiB"),
        ("'x' | no_such_filter", "condition", "No filter named"),
        (["{{ 1 }}"] * 2000, "text", "more than 8,000 parts"),
    ],
)
def test_a_problem_is_told_in_the_words_of_templates(
    api: APIClient, workflow: Workflow, execution, value: Any, kind: str, says: str
):
    answer = render(api, workflow, value, kind)
    assert answer.status_code == 200
    assert answer.json()["result"] is None
    assert says in answer.json()["problem"]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("value", "kind"), [(ENDLESS, "text"), ("3 ** (3 ** 999)", "condition")]
)
def test_it_takes_a_second_at_most(
    api: APIClient,
    workflow: Workflow,
    execution,
    value: str,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
):
    # Nodes get a minute here, so that only the limit of the page can end it.
    for render_node in (templating.render_text, templating.first_true):
        monkeypatch.setitem(render_node.__kwdefaults__, "seconds", 60)
    started = time.monotonic()
    answer = render(api, workflow, value, kind)
    assert "It took too long" in answer.json()["problem"]
    assert time.monotonic() - started < 6


def test_the_last_execution_that_has_finished_is_used(
    api: APIClient, workflow: Workflow, execution
):
    ended(workflow, "old", created_at=NOW - timedelta(days=1))
    ended(workflow, "yet to come", created_at=NOW + timedelta(days=1), finished_at=None)
    answer = render(api, workflow, "{{ nodes.succeeded.output }}", "value")
    assert answer.json()["execution"] == str(execution.pk)


def test_an_execution_can_be_named(api: APIClient, workflow: Workflow, execution):
    old = ended(workflow, "old", created_at=NOW - timedelta(days=1))
    source = "{{ nodes.succeeded.output }} {{ execution.id }}"
    answer = render(api, workflow, source, "text", execution=str(old.pk))
    assert answer.json()["result"] == f"old {old.pk}"


def test_without_an_execution_nothing_is_known(api: APIClient, workflow: Workflow):
    answer = render(api, workflow, "{{ trigger }} {{ nodes }}", "text").json()
    assert answer == {"result": "{} {}", "problem": None, "execution": None}


def test_an_execution_of_others_or_of_another_workflow_is_not_found(
    api: APIClient, workflow: Workflow
):
    elsewhere = Workflow.objects.create(name="elsewhere", owner=workflow.owner)
    stranger = User.objects.create_user("stranger")
    of_others = ended(workflow, "secret", finished_at=NOW)
    WorkflowExecution.objects.filter(pk=of_others.pk).update(owner=stranger)
    for hidden in (uuid4(), of_others.pk, ended(elsewhere, "x").pk):
        answer = render(api, workflow, "{{ nodes }}", "text", execution=str(hidden))
        assert answer.status_code == 404
    assert render(api, workflow, "{{ nodes }}", "text").json()["execution"] is None


def test_who_may_view_a_workflow_may_render(workflow: Workflow, execution):
    may_view = ("view_workflow", "view_workflowexecution")
    viewer = client(staff(*(f"ostinato_workflows.{name}" for name in may_view)))
    assert render(viewer, workflow, "{{ 1 }}", "value").json()["result"] == 1
    stranger = client(User.objects.create_user("stranger"))
    assert render(stranger, workflow, "{{ 1 }}", "value").status_code == 404


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["value", "kind"]),
        ({"value": 1, "kind": "html"}, ["kind"]),
        ({"value": 1, "kind": "condition"}, ["value"]),
        ({"value": "x" * 70_000, "kind": "text"}, ["value"]),
        ({"value": "\x00", "kind": "text"}, ["value"]),
        ({"value": "x", "kind": "text", "execution": "x"}, ["execution"]),
        ({"value": "x", "kind": "text", "node": "x"}, ["node"]),
    ],
)
def test_what_no_node_could_hold_is_refused(
    api: APIClient, workflow: Workflow, body: dict[str, Any], fields: list[str]
):
    address = f"/api/v1/workflows/{workflow.pk}/render/"
    answer = api.post(address, body, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, fields)


def test_it_takes_three_queries_and_writes_nothing(
    api: APIClient, workflow: Workflow, execution
):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        render(api, workflow, "{{ nodes }}", "text")
    assert len(queries) == 3
    assert all(query["sql"].startswith("SELECT") for query in queries)

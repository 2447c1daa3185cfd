from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from tests.graphs import add_graph
from tests.schedules.api.conftest import json_client
from triggers.dispatch import dispatch_event
from triggers.events import WebhookEvent
from triggers.manual import run_workflow
from workflows.models import Workflow, WorkflowExecution

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def site(boss: User) -> Client:
    client = Client()
    client.force_login(boss)
    return client


@pytest.fixture
def workflow(boss: User) -> Workflow:
    workflow = Workflow.objects.create(name="greeting", owner=boss)
    nodes: Any = {"hand": ("trigger_manual", {}), "greet": ("template", {"text": "hi"})}
    add_graph(workflow, nodes, [("hand", "greet")])
    return workflow


@pytest.fixture
def execution(workflow: Workflow, boss: User) -> WorkflowExecution:
    return run_workflow(workflow, {"name": "Ada"}, user=boss, now=NOW)


def address(execution: WorkflowExecution, name: str = "change") -> str:
    page = f"admin:ostinato_workflows_workflowexecution_{name}"
    return reverse(page, args=[execution.pk])


def end(execution: WorkflowExecution) -> None:
    rows = WorkflowExecution.objects.filter(pk=execution.pk)
    rows.update(status="succeeded", started_at=NOW, finished_at=NOW)


def test_what_waits_in_the_queue_is_cancelled_at_once(
    site: Client, execution: WorkflowExecution
) -> None:
    assert "data-live" in site.get(address(execution)).text
    site.get(address(execution, "cancel"))
    execution.refresh_from_db()
    assert execution.status == "pending"
    answer = site.post(address(execution, "cancel"), follow=True)
    assert "Cancelled." in answer.text
    execution.refresh_from_db()
    assert execution.status == "cancelled"
    assert "data-live" not in answer.text


def test_what_has_ended_is_not_cancelled(
    site: Client, execution: WorkflowExecution
) -> None:
    end(execution)
    assert address(execution, "cancel") not in site.get(address(execution)).text
    answer = site.post(address(execution, "cancel"), follow=True)
    assert "The execution has succeeded." in answer.text


def test_run_again_starts_at_the_same_trigger_with_the_same_payload(
    site: Client, execution: WorkflowExecution
) -> None:
    assert address(execution, "again") not in site.get(address(execution)).text
    end(execution)
    assert address(execution, "again") in site.get(address(execution)).text
    site.get(address(execution, "again"))
    assert WorkflowExecution.objects.count() == 1
    answer = site.post(address(execution, "again"), follow=True)
    made = WorkflowExecution.objects.exclude(pk=execution.pk).get()
    assert answer.redirect_chain[-1][0] == address(made)
    assert made.event["payload"] == {"name": "Ada"}
    assert made.event["started_by"] == "boss"
    assert made.trigger_node_id == execution.trigger_node_id


@pytest.mark.parametrize("gone", ["workflow", "by hand"])
def test_run_again_is_offered_only_if_it_is_possible(
    site: Client, execution: WorkflowExecution, gone: str
) -> None:
    end(execution)
    if gone == "workflow":
        Workflow.objects.all().delete()
    else:
        WorkflowExecution.objects.update(trigger_type="webhook", event={"payload": 1})
    assert address(execution, "again") not in site.get(address(execution)).text
    answer = site.post(address(execution, "again"))
    assert answer.status_code == (404 if gone == "workflow" else 403)
    assert WorkflowExecution.objects.count() == 1


def test_who_may_only_look_cannot_cancel_or_run(execution: WorkflowExecution) -> None:
    user = User.objects.create_user("looker", is_staff=True)
    permission = Permission.objects.get(codename="view_workflowexecution")
    user.user_permissions.add(permission)
    client = Client()
    client.force_login(user)
    text = client.get(address(execution)).text
    assert address(execution, "cancel") not in text
    for name in ("cancel", "again"):
        assert client.post(address(execution, name)).status_code == 403
    user.user_permissions.clear()
    for name in ("change", "canvas", "cancel", "again"):
        assert client.get(address(execution, name)).status_code == 403


def test_a_value_is_given_whole_and_nothing_else_is(
    site: Client, execution: WorkflowExecution
) -> None:
    execution.node_runs.create(
        sequence=1, node_id="greet", component_type="template", output={"text": "hi"}
    )

    def value(sequence: int, part: str) -> Any:
        page = "admin:ostinato_workflows_workflowexecution_value"
        return site.get(reverse(page, args=[execution.pk, sequence, part]))

    assert value(1, "output").json() == {"text": "hi"}
    assert value(1, "input").json() is None
    assert value(1, "error").status_code == 404
    assert value(2, "output").status_code == 404


def test_an_execution_that_is_not_there_is_not_found(
    site: Client, execution: WorkflowExecution
) -> None:
    WorkflowExecution.objects.all().delete()
    for name in ("canvas", "cancel", "again"):
        assert site.post(address(execution, name)).status_code == 404


def test_what_a_person_does_is_in_djangos_log_once_whatever_the_door(
    site: Client, execution: WorkflowExecution, boss: User
) -> None:
    def lines() -> list[tuple[str, int, str]]:
        found = LogEntry.objects.order_by("pk")
        return [
            (str(each.user), each.action_flag, each.change_message) for each in found
        ]

    started, cancelled = ("boss", 1, "Started by hand."), ("boss", 2, "Cancelled.")
    assert lines() == [started]
    site.post(address(execution, "cancel"))
    site.post(address(execution, "cancel"))  # which changes nothing
    assert lines() == [started, cancelled]
    entry = LogEntry.objects.order_by("pk")[1]
    assert (entry.object_id, entry.object_repr) == (str(execution.pk), "greeting")
    assert "Cancelled." in site.get(address(execution, "history")).text

    workflow = execution.workflow
    assert workflow is not None
    start = f"/api/v1/workflows/{workflow.pk}/run/"
    answer = json_client(boss).post(start, {"payload": {}})
    assert answer.status_code == 202, answer.content
    json_client(boss).post(f"{start}?dry_run=true", {"payload": {}})
    assert lines() == [started, cancelled, started]


def test_what_a_webhook_starts_is_no_act_of_a_person(
    execution: WorkflowExecution, workflow: Workflow
) -> None:
    LogEntry.objects.all().delete()
    hook = workflow.nodes.create(node_id="hook", component_type="trigger_webhook")
    event: WebhookEvent = {
        "fired_at": NOW.isoformat(),
        "trigger_node_id": hook.pk,
        "payload": {},
    }
    dispatch_event("webhook", event, workflow=workflow, now=NOW)
    assert WorkflowExecution.objects.count() == 2
    assert not LogEntry.objects.exists()

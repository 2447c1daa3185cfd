from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.api import staff
from triggers.dispatch import dispatch_event
from workflows.execution.engine import run_execution
from workflows.kit import admin_lists
from workflows.models import Workflow, WorkflowExecution
from workflows.services import GraphSpec, NodeSpec, save_graph

pytestmark = pytest.mark.django_db
# What the page says of the read-only graph in the form.
GRAPH = {
    f"{part}-{count}_FORMS": "0"
    for part in ("nodes", "edges", "versions")
    for count in ("TOTAL", "INITIAL")
}
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def site(admin_user: User) -> Client:
    client = Client()
    client.force_login(admin_user)
    return client


@pytest.fixture
def execution(workflow: Workflow) -> WorkflowExecution:
    execution = dispatch_event(
        "manual",
        {"fired_at": NOW.isoformat(), "started_by": "ada", "payload": {"name": "Ada"}},
        workflow=workflow,
        now=NOW,
        status=WorkflowExecution.Status.RUNNING,
    )
    return run_execution(execution, clock=lambda: NOW)


def change(row: Workflow | WorkflowExecution) -> str:
    return reverse(
        f"admin:ostinato_workflows_{row._meta.model_name}_change", args=[row.pk]
    )


def test_a_workflow_is_made_and_changed_in_the_admin(site: Client, admin_user: User):
    add = reverse("admin:ostinato_workflows_workflow_add")
    page = site.post(add, {"name": "new", "description": "d", "is_active": "on"})
    workflow = Workflow.objects.get()
    assert (page.status_code, workflow.owner) == (302, admin_user)
    site.post(change(workflow), {"name": "renamed", "description": "d", **GRAPH})
    workflow.refresh_from_db()
    assert (workflow.name, workflow.is_active) == ("renamed", False)
    assert workflow.version == 2


def test_control_characters_are_refused_at_their_field(
    site: Client, workflow: Workflow
):
    texts = {"name": "a\x1b[31mb", "description": "d"}
    for page in (reverse("admin:ostinato_workflows_workflow_add"), change(workflow)):
        answer = site.post(page, texts | GRAPH)
        assert answer.status_code == 200
        assert [*answer.context["adminform"].form.errors] == ["name"]
    assert [*Workflow.objects.values_list("name", "version")] == [("greeting", 1)]


def test_what_was_not_changed_is_not_written(site: Client, workflow: Workflow):
    same = {"name": workflow.name, "description": "", "is_active": "on"}
    assert site.post(change(workflow), same | GRAPH).status_code == 302
    workflow.refresh_from_db()
    assert workflow.version == 1


def test_workflows_are_deleted_with_their_schedules(site: Client, workflow: Workflow):
    one = Workflow.objects.create(name="one", owner=workflow.owner)
    row = reverse("admin:ostinato_workflows_workflow_delete", args=[one.pk])
    assert site.post(row, {"post": "yes"}).status_code == 302
    chosen = {
        "action": "delete_selected",
        "post": "yes",
        "_selected_action": [workflow.pk],
    }
    site.post(reverse("admin:ostinato_workflows_workflow_changelist"), chosen)
    assert not Workflow.objects.exists()


@pytest.mark.heavy
def test_deleting_more_than_the_confirmation_can_carry_is_refused_before_it(
    site: Client, workflow: Workflow, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(admin_lists, "MAX_DELETED_AT_ONCE", 2)
    made = [Workflow(name=str(n), owner=workflow.owner) for n in range(2)]
    ids = [each.pk for each in Workflow.objects.bulk_create(made)] + [workflow.pk]
    address = reverse("admin:ostinato_workflows_workflow_changelist")
    chosen = {"action": "delete_selected", "_selected_action": ids}
    (why,) = site.post(address, chosen, follow=True).context["messages"]
    assert (
        str(why) == "At most 2 workflows can be deleted at once. Nothing was deleted."
    )
    site.post(address, chosen | {"_selected_action": ids[:2], "post": "yes"})
    assert Workflow.objects.get() == workflow


def test_the_confirmation_of_as_many_as_are_allowed_is_accepted(
    site: Client, workflow: Workflow
):
    ids = [str(uuid4()) for _ in range(admin_lists.MAX_DELETED_AT_ONCE)]
    form = {"action": "delete_selected", "_selected_action": ids, "post": "yes"}
    address = reverse("admin:ostinato_workflows_workflow_changelist")
    assert site.post(address, form).status_code == 302


def test_the_graph_is_shown_and_cannot_be_edited(site: Client, workflow: Workflow):
    page = site.get(change(workflow)).content.decode()
    assert "trigger.payload.name" in page
    assert 'name="nodes-0-node_id"' not in page


def test_the_last_versions_of_a_graph_are_listed(
    site: Client, workflow: Workflow, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("workflows.admin.workflows.KEPT", 2)
    for number in (1, 2, 3):
        node = NodeSpec(node_id=f"n{number}", component_type="trigger_manual")
        note = f"Save {number} &"
        user, now = workflow.owner, timezone.now()
        graph = GraphSpec([node])
        save_graph(workflow, graph, user=user, now=now, version_note=note)
        WorkflowExecution.objects.create(workflow=workflow, graph_version=number)
    page = site.get(change(workflow)).text
    assert [f"Save {number} &amp;" in page for number in (1, 2, 3)] == [0, 1, 1]
    assert "versions-0-note" not in page


def test_an_execution_is_shown_with_what_its_nodes_did(site, execution):
    listed = site.get(reverse("admin:ostinato_workflows_workflowexecution_changelist"))
    assert "greeting" in listed.content.decode()
    assert "Hello Ada" in site.get(change(execution)).content.decode()


def test_executions_are_listed_by_kind_of_failure(site, execution):
    WorkflowExecution.objects.update(status="failed", failure_kind="lost")
    assert "Worker lost" in site.get(change(execution)).text
    listed = reverse("admin:ostinato_workflows_workflowexecution_changelist")
    for kind, count in (("lost", 1), ("node", 0)):
        page = site.get(listed, {"failure_kind__exact": kind})
        assert page.context["cl"].result_count == count


def test_of_an_agent_each_call_is_shown(site: Client, execution: WorkflowExecution):
    asked = {"kind": "model", "model": "m-1", "asked": "Plan it.", "answer": ""}
    called = {"kind": "tool", "tool": "schedule_create", "arguments": {"name": "<x>"}}
    refused = {"is_error": True, "result": {"error": {"code": "agent_quota"}}}
    usage = {"requests": 3, "tool_calls": 1, "input_tokens": 40, "output_tokens": 2}
    execution.node_runs.filter(node_id="greet").update(
        component_type="agent",
        output={
            "output": {"plan": "none"},
            "usage": usage,
            "calls": [
                asked | {"tool_calls": ["schedule_create"], "seconds": 0.5},
                called | refused | {"seconds": 0.1},
                asked,  # under way when the node ended
            ],
            "calls_left_out": 2,
        },
    )
    page = site.get(change(execution)).content.decode()
    assert "3 requests, 1 tool call, 42 tokens" in page
    assert "2 further calls are not recorded." in page
    for part in ("Plan it.", "schedule_create", "agent_quota", "&lt;x&gt;"):
        assert part in page
    assert "<x>" not in page


@pytest.mark.heavy
@pytest.mark.parametrize("calls", [True, 5, "abc", [{"kind": "x", "tool_calls": 5}]])
def test_what_looks_like_the_calls_of_an_agent_is_shown_as_it_is(
    site, execution: WorkflowExecution, calls: object
):
    execution.node_runs.filter(node_id="greet").update(output={"calls": calls})
    page = site.get(change(execution))
    assert (page.status_code, "tool calls" in page.text) == (200, False)


def test_an_execution_that_has_not_begun_is_shown(site, execution: WorkflowExecution):
    execution.node_runs.all().delete()
    assert "No node has run yet." in site.get(change(execution)).content.decode()


def test_history_cannot_be_written(site: Client, execution: WorkflowExecution):
    assert site.post(change(execution), {"status": "failed"}).status_code == 403
    add = reverse("admin:ostinato_workflows_workflowexecution_add")
    delete = reverse(
        "admin:ostinato_workflows_workflowexecution_delete", args=[execution.pk]
    )
    assert site.post(add, {}).status_code == 403
    assert site.post(delete, {"post": "yes"}).status_code == 403


def test_staff_who_may_only_look_changes_nothing(workflow: Workflow):
    client = Client()
    client.force_login(staff("ostinato_workflows.view_workflow"))
    assert client.get(change(workflow)).status_code == 200
    assert client.post(change(workflow), {"name": "x"}).status_code == 403


def test_staff_who_may_change_does(workflow: Workflow):
    client = Client()
    client.force_login(staff("ostinato_workflows.change_workflow"))
    assert client.post(change(workflow), {"name": "x", **GRAPH}).status_code == 302
    workflow.refresh_from_db()
    assert workflow.name == "x"


def test_a_list_costs_the_same_queries_whatever_its_length(
    site, execution, django_assert_max_num_queries
):
    for _ in range(5):
        execution.pk = None
        execution.save(force_insert=True)
    with django_assert_max_num_queries(9):
        site.get(reverse("admin:ostinato_workflows_workflowexecution_changelist"))


def test_the_form_of_a_workflow_loads_no_script_that_needs_jquery(
    site: Client, workflow: Workflow
) -> None:
    for address in (
        reverse("admin:ostinato_workflows_workflow_change", args=[workflow.pk]),
        reverse("admin:ostinato_workflows_workflow_add") + "?_popup=1",
        reverse("admin:ostinato_triggers_webhook_add"),
        reverse("admin:ostinato_accounts_apitoken_add"),
    ):
        text = site.get(address).text
        assert 'name="csrfmiddlewaretoken"' in text
        for script in ("jquery", "prepopulate_init", "RelatedObjectLookups"):
            assert script not in text, address

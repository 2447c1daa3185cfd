from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from tests.api import client
from tests.graphs import add_graph
from tests.workflows.running import component
from triggers.dispatch import dispatch_event
from workflows.exceptions import Cancelled, InvalidGraph
from workflows.execution import jobs
from workflows.execution.abandon import abandon_execution
from workflows.execution.endings import WORKER_LOST
from workflows.execution.engine import run_execution
from workflows.models import NodeRun, Workflow, WorkflowExecution
from workflows.registry import Config, Context
from workflows.services import GraphSpec, NodeSpec, save_graph

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
Status = WorkflowExecution.Status


def clock() -> datetime:
    return NOW


def calling(
    owner: User, called: Workflow, payload: Any = "{{ trigger.payload }}"
) -> Workflow:
    """start -> call -> after"""
    workflow = Workflow.objects.create(name=f"calls {called.name}", owner=owner)
    call = {"workflow": str(called.pk), "payload": payload}
    add_graph(
        workflow,
        {
            "start": ("trigger_manual", {}),
            "call": ("run_workflow", call),
            "after": ("template", {"json": "{{ nodes.call.output }}"}),
        },
        [("start", "call"), ("call", "after")],
    )
    return workflow


def fire(
    workflow: Workflow, status: Status = Status.RUNNING, **payload: Any
) -> WorkflowExecution:
    return dispatch_event(
        "manual",
        {"fired_at": NOW.isoformat(), "started_by": "ada", "payload": payload},
        workflow=workflow,
        now=NOW,
        status=status,
    )


def run(workflow: Workflow, **payload: Any) -> WorkflowExecution:
    return run_execution(fire(workflow, **payload), clock=clock)


def error_of(workflow: Workflow) -> str:
    execution = run(workflow, name="Ada")
    assert (execution.status, execution.failed_node) == (Status.FAILED, "call")
    return execution.error


def nodes(called: Workflow, payload: Any = None) -> GraphSpec:
    call: dict[str, Any] = {"workflow": str(called.pk)}
    if payload is not None:
        call["payload"] = payload
    start = NodeSpec(node_id="start", component_type="trigger_manual")
    return GraphSpec(
        [start, NodeSpec(node_id="c", component_type="run_workflow", config=call)]
    )


def refused(workflow: Workflow, graph: GraphSpec) -> dict[str, list[str]]:
    with pytest.raises(InvalidGraph) as refusal:
        save_graph(workflow, graph, user=workflow.owner, now=NOW)
    return refusal.value.errors


@pytest.fixture
def outer(owner: User, workflow: Workflow) -> Workflow:
    return calling(owner, workflow)


def probed(workflow: Workflow) -> None:
    workflow.nodes.filter(node_id="greet").update(component_type="probe", config={})


def test_the_other_workflow_runs_with_the_payload_and_gives_its_last_output(
    outer: Workflow, workflow: Workflow
):
    execution = run(outer, name="Ada")
    assert execution.status == Status.SUCCEEDED
    child = execution.children.get()
    expected = {"execution_id": str(child.pk), "output": "Hello Ada"}
    assert execution.node_runs.get(node_id="after").output == expected
    assert (child.workflow, child.status) == (workflow, Status.SUCCEEDED)
    assert (child.owner, child.trigger_type) == (execution.owner, "workflow")
    assert child.event["payload"] == {"name": "Ada"}
    assert child.event["execution_id"] == str(execution.pk)
    assert child.node_runs.count() == 2


def test_the_api_names_the_parent(outer: Workflow, owner: User):
    execution = run(outer, name="Ada")
    child = execution.children.get()
    answer = client(owner).get(f"/api/v1/executions/{child.pk}/")
    assert answer.json()["parent"] == str(execution.pk)


def test_a_failure_inside_fails_the_node_with_the_reason(
    owner: User, workflow: Workflow
):
    error = error_of(calling(owner, workflow, {"name_is": "missing"}))
    assert error.startswith('The workflow "greeting" failed. The template failed')


def test_a_broken_graph_inside_fails_the_node(outer: Workflow, workflow: Workflow):
    workflow.nodes.filter(node_id="greet").update(component_type="unheard_of")
    assert "unheard_of" in error_of(outer)
    child = WorkflowExecution.objects.get(workflow=workflow)
    assert child.status == Status.FAILED


def test_what_cannot_be_run_is_said(outer: Workflow, workflow: Workflow):
    workflow.nodes.filter(node_id="start").update(is_active=False)
    assert "has no active manual trigger" in error_of(outer)
    workflow.is_active = False
    workflow.save()
    assert error_of(outer) == 'The workflow "greeting" is not active.'
    workflow.delete()
    assert "has no workflow with this id" in error_of(outer)
    assert not WorkflowExecution.objects.filter(trigger_type="workflow").exists()


def test_a_workflow_of_somebody_else_is_as_good_as_none(
    outer: Workflow, workflow: Workflow
):
    workflow.owner = User.objects.create_user("eve")
    workflow.save()
    assert "has no workflow with this id" in error_of(outer)


def test_a_payload_that_is_no_object_fails_the_node(owner: User, workflow: Workflow):
    outer = calling(owner, workflow, "{{ trigger.payload.name }}")
    assert error_of(outer) == "The payload did not render to a JSON object."


@pytest.mark.heavy
def test_five_workflows_may_be_under_way_inside_each_other(
    owner: User, workflow: Workflow
):
    chain = [workflow]
    for _ in range(5):
        chain.append(calling(owner, chain[-1]))
    assert run(chain[4], name="Ada").status == Status.SUCCEEDED
    before = WorkflowExecution.objects.count()
    assert "at most 5 levels deep" in error_of(chain[5])
    assert WorkflowExecution.objects.count() == before + 5


def test_a_circle_that_was_made_behind_us_is_refused_when_it_runs(
    owner: User, outer: Workflow, workflow: Workflow
):
    workflow.nodes.filter(node_id="greet").update(
        component_type="run_workflow", config={"workflow": str(outer.pk)}
    )
    assert "would run itself again" in error_of(outer)


def test_cancelling_the_outer_one_ends_both(outer: Workflow, workflow: Workflow):
    def cancel(config: Config, context: Context) -> None:
        running = WorkflowExecution.objects.filter(parent=None)
        running.update(cancel_requested_at=NOW)
        context.stop_if_cancelled()

    probed(workflow)
    execution = fire(outer)
    with component(cancel), pytest.raises(Cancelled):
        run_execution(execution, clock=clock)
    found = WorkflowExecution.objects.values_list("workflow__name", "status")
    assert set(found) == {
        ("calls greeting", "cancelled"),
        ("greeting", "cancelled"),
    }
    assert execution.node_runs.get(node_id="call").status == "cancelled"


def test_cancelling_the_inner_one_alone_fails_the_node(
    outer: Workflow, workflow: Workflow
):
    def cancel(config: Config, context: Context) -> None:
        inner = WorkflowExecution.objects.filter(parent__isnull=False)
        inner.update(cancel_requested_at=NOW)
        context.stop_if_cancelled()

    probed(workflow)
    with component(cancel):
        assert "cancelled" in error_of(outer)
    assert WorkflowExecution.objects.get(workflow=workflow).status == "cancelled"


def test_an_interruption_of_the_run_ends_both_as_cancelled(
    outer: Workflow, workflow: Workflow
):
    def interrupt(config: Config, context: Context) -> None:
        raise Cancelled  # as the watch of a scheduled run does, from outside

    probed(workflow)
    with component(interrupt), pytest.raises(Cancelled):
        run(outer, name="Ada")
    assert set(WorkflowExecution.objects.values_list("status")) == {("cancelled",)}


@pytest.mark.django_db(transaction=True)
def test_the_deadline_of_the_outer_one_ends_both(
    outer: Workflow, workflow: Workflow, ostinato
):
    ostinato(EXECUTION_TIMEOUT_SECONDS=1)
    workflow.nodes.filter(node_id="greet").update(
        component_type="wait", config={"seconds": 60}
    )
    jobs.run_execution(str(fire(outer, Status.PENDING).pk))
    found = WorkflowExecution.objects.values_list("status", "error")
    assert list(found) == [("failed", "Timed out after 1 s.")] * 2


def test_a_lost_worker_closes_both(outer: Workflow, workflow: Workflow):
    execution = fire(outer)
    child = fire(workflow)
    child.parent = execution
    child.save()
    NodeRun.objects.create(execution=child, sequence=1, node_id="greet")
    abandon_execution(execution.pk, WORKER_LOST, now=NOW)
    child.refresh_from_db()
    assert (child.status, child.failed_node) == (Status.FAILED, "greet")
    assert child.error == WORKER_LOST.error


def test_a_graph_may_run_a_workflow_of_its_owner(owner: User, workflow: Workflow):
    outer = Workflow.objects.create(name="outer", owner=owner)
    save_graph(outer, nodes(workflow, {"a": 1}), user=owner, now=NOW)
    assert outer.nodes.count() == 2


def test_what_may_not_be_run_is_refused_on_saving(owner: User, workflow: Workflow):
    outer = Workflow.objects.create(name="outer", owner=owner)
    eve = User.objects.create_user("eve")
    eves = Workflow.objects.create(name="hers", owner=eve)
    for foreign in (eves, Workflow(pk=uuid4())):
        errors = refused(outer, nodes(foreign))
        reason = "The owner of this workflow has no workflow with this id."
        assert errors == {"nodes[1].config.workflow": [reason]}
    assert list(refused(outer, nodes(Workflow(pk="x")))) == ["nodes[1].config.workflow"]
    for payload in ("text", "{{ oops", [1]):
        errors = refused(outer, nodes(workflow, payload))
        assert list(errors) == ["nodes[1].config.payload"]


def test_a_circle_is_refused_on_saving(owner: User, workflow: Workflow):
    own = refused(workflow, nodes(workflow))
    assert own == {
        "nodes[1].config.workflow": ["This workflow would run itself again."]
    }
    far = calling(owner, calling(owner, workflow))
    assert list(refused(workflow, nodes(far))) == ["nodes[1].config.workflow"]

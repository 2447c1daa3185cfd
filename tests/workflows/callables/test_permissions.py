"""Who may let workflows call what: on saving, and again when they run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from pytest_django import Settings

from tests.api import client
from tests.permissions import CALLS, allow
from workflows.callables import find, schedulable, why_not
from workflows.exceptions import InvalidGraph
from workflows.execution.engine import run_execution
from workflows.models import Workflow, WorkflowExecution
from workflows.services import (
    EdgeSpec,
    GraphSpec,
    NodeSpec,
    restore_version,
    save_graph,
)

pytestmark = pytest.mark.django_db
FUNCTION, TASK, COMMAND = CALLS
LACKS = "lacks the permission"


@pytest.fixture
def own_permission() -> str:
    Permission.objects.create(
        codename="remind", content_type=ContentType.objects.get_for_model(Group)
    )
    return "auth.remind"


@pytest.fixture
def names(own_permission: str, billing: str) -> dict[str, str]:
    def plain(group: Group | None = None) -> str:
        return group.name if group else "none"

    def guarded() -> None: ...

    schedulable(plain)
    schedulable(permission=own_permission)(guarded)
    here = f"{__name__}.names"
    return {
        "plain": f"{here}.plain",
        "guarded": f"{here}.guarded",
        "task": f"{billing}.export",
        "command": "clearsessions",
    }


@pytest.mark.parametrize(
    ("what", "needed"),
    [
        ("plain", [FUNCTION]),
        ("guarded", [FUNCTION, "auth.remind"]),
        ("task", [TASK]),
        ("command", [COMMAND]),
    ],
)
def test_each_kind_takes_its_permission_and_a_function_may_take_its_own(
    what: str, needed: list[str], names: dict[str, str], owner: User
):
    target = find(names[what])
    assert target
    for each in needed:
        assert why_not(owner, target) == each
        allow(owner, each)
    assert why_not(owner, target) == ""
    owner.is_active = False
    assert why_not(User.objects.get(pk=owner.pk), target) == ""
    assert why_not(owner, target) == needed[0]
    assert why_not(User(is_superuser=True), target) == ""


def graph(**config: Any) -> GraphSpec:
    type_ = "run_command" if "command" in config else "call_function"
    nodes = [
        NodeSpec(node_id="start", component_type="trigger_manual"),
        NodeSpec(node_id="call", component_type=type_, config=config),
    ]
    return GraphSpec(nodes, [EdgeSpec(source="start", target="call")])


def save(workflow: Workflow, graph: GraphSpec, user: User) -> None:
    save_graph(workflow, graph, user=user, now=timezone.now())


def refusal(workflow: Workflow, graph: GraphSpec, user: User) -> dict[str, list[str]]:
    with pytest.raises(InvalidGraph) as refused:
        save(workflow, graph, user)
    return refused.value.errors


@pytest.fixture
def editor(workflow: Workflow) -> User:
    """May change the workflow, which is not theirs."""
    staff = User.objects.create_user("eve", is_staff=True)
    return allow(
        staff, "ostinato_workflows.change_workflow", "ostinato_workflows.view_workflow"
    )


def test_the_owner_and_whoever_saves_both_need_it(
    workflow: Workflow, owner: User, editor: User, names: dict[str, str]
):
    at = "nodes[1].config.function"
    drawn = graph(function=names["plain"])
    assert refusal(workflow, drawn, owner)[at] == [
        f"You lack the permission {FUNCTION} to call this. Ask an administrator."
    ]
    allow(owner, FUNCTION)
    workflow.refresh_from_db()
    save(workflow, drawn, owner)
    assert refusal(workflow, drawn, editor)[at][0].startswith("You lack")
    allow(editor, FUNCTION)
    save(workflow, drawn, editor)
    owner.user_permissions.clear()
    workflow = Workflow.objects.get(pk=workflow.pk)
    assert LACKS in refusal(workflow, drawn, editor)[at][0]


def test_a_command_is_refused_at_its_field(workflow: Workflow, owner: User):
    errors = refusal(workflow, graph(command="clearsessions"), owner)
    assert list(errors) == ["nodes[1].config.command"]


def test_a_version_is_restored_only_by_who_may_call_what_is_in_it(
    workflow: Workflow, owner: User, names: dict[str, str]
):
    allow(owner, FUNCTION)
    save(workflow, graph(function=names["plain"]), owner)
    number = workflow.graph_version
    save(workflow, GraphSpec(graph().nodes[:1], []), owner)
    owner.user_permissions.clear()
    alone = User.objects.get(pk=owner.pk)
    with pytest.raises(InvalidGraph, match="You lack the permission"):
        restore_version(
            Workflow.objects.get(pk=workflow.pk), number, user=alone, now=timezone.now()
        )


def test_the_api_refuses_it_at_the_field(
    workflow: Workflow, owner: User, names: dict[str, str]
):
    nodes = [
        {"node_id": "start", "component_type": "trigger_manual"},
        {
            "node_id": "call",
            "component_type": "call_function",
            "config": {"function": names["plain"]},
        },
    ]
    edges = [{"source": "start", "target": "call"}]
    address = f"/api/v1/workflows/{workflow.pk}/graph/"
    body = {"nodes": nodes, "edges": edges}
    answer = client(owner).put(address, body, format="json")
    assert answer.status_code == 400
    assert "nodes[1].config.function" in answer.json()["errors"]
    allow(owner, FUNCTION)
    assert client(owner).put(address, body, format="json").status_code == 200


def test_objects_that_a_person_may_not_view_are_refused_at_their_argument(
    workflow: Workflow, owner: User, names: dict[str, str]
):
    group = Group.objects.create(name="a")
    drawn = graph(
        function=names["plain"], arguments={"group": f"auth.group:{group.pk}"}
    )
    allow(owner, FUNCTION)
    workflow.refresh_from_db()
    assert refusal(workflow, drawn, owner) == {
        "nodes[1].config.arguments.group": [
            "This object does not exist, or you may not view it.",
        ]
    }
    allow(owner, "auth.view_group")
    workflow = Workflow.objects.get(pk=workflow.pk)
    save(workflow, drawn, owner)


def test_many_calls_take_as_many_queries_as_one(
    workflow: Workflow,
    owner: User,
    names: dict[str, str],
    django_assert_max_num_queries: Callable[[int], Any],
):
    from workflows.services.called import permission_problems

    groups = Group.objects.bulk_create([Group(name=f"g{n}") for n in range(20)])
    nodes = [
        NodeSpec(
            node_id=f"n{group.pk}",
            component_type="call_function",
            config={
                "function": names["plain"],
                "arguments": {"group": f"auth.group:{group.pk}"},
            },
        )
        for group in groups
    ]
    workflow = Workflow.objects.get(pk=workflow.pk)
    with django_assert_max_num_queries(7):
        found = list(permission_problems(workflow, nodes, user=owner))
    assert len(found) == 20 * 2


def run(workflow: Workflow, **payload: Any) -> WorkflowExecution:
    now = timezone.now()
    execution = WorkflowExecution.objects.create(
        workflow=workflow,
        workflow_name=workflow.name,
        owner=workflow.owner,
        trigger_type="manual",
        trigger_node_id="start",
        event={"payload": payload, "attempt": 2},
        status="running",
        started_at=now,
    )
    return run_execution(execution, clock=timezone.now)


@pytest.mark.heavy
def test_the_owner_is_asked_again_when_it_runs(
    workflow: Workflow, owner: User, names: dict[str, str]
):
    group = Group.objects.create(name="a")
    allow(owner, FUNCTION, TASK)
    save(
        workflow,
        graph(function=names["plain"], arguments="{{ trigger.payload }}"),
        owner,
    )
    execution = run(workflow)
    assert execution.node_runs.get(node_id="call").output == "none"
    execution = run(workflow, group=f"auth.group:{group.pk}")
    assert (execution.status, execution.failure_kind) == ("failed", "not_allowed")
    allow(owner, "auth.view_group")
    execution = run(workflow, group=f"auth.group:{group.pk}")
    assert execution.node_runs.get(node_id="call").output == "a"
    gone = f"auth.group:{group.pk}"
    group.delete()
    execution = run(workflow, group=gone)
    assert (execution.failure_kind, execution.error) == (
        "broken",
        f"The object {gone} does not exist any more.",
    )
    execution = run(workflow, group=7)
    assert (execution.failure_kind, '"group"' in execution.error) == ("node", True)
    owner.user_permissions.clear()
    execution = run(workflow)
    assert (execution.failure_kind, execution.failed_node) == ("not_allowed", "call")
    assert FUNCTION in execution.error


def test_a_function_that_is_gone_is_broken(
    workflow: Workflow, owner: User, billing: str, settings: Settings
):
    from workflows.callables import declarations

    allow(owner, *CALLS)
    save(workflow, graph(function=f"{billing}.cleanup"), owner)
    declarations.by_name.clear()
    execution = run(workflow)
    assert (execution.failure_kind, execution.failed_node) == ("broken", "call")
    assert "may not be called any more" in execution.error


def test_a_command_runs_and_its_output_is_kept(workflow: Workflow, owner: User):
    allow(owner, COMMAND)
    save(workflow, graph(command="audit_schedules"), owner)
    execution = run(workflow)
    assert execution.status == "succeeded", execution.error
    output = execution.node_runs.get(node_id="call").output
    assert "all hold" in output["stdout"]


def test_a_task_knows_the_attempt(workflow: Workflow, owner: User, billing: str):
    allow(owner, TASK)
    save(workflow, graph(function=f"{billing}.patient", arguments={"name": "a"}), owner)
    execution = run(workflow)
    output = execution.node_runs.get(node_id="call").output
    assert output == [2, str(execution.pk), "a"]


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)


class Unreadable(dict[str, int]):
    def items(self) -> Any:
        raise RuntimeError("not now")


@pytest.mark.parametrize(
    ("value", "output"),
    [
        ((1, 2), [1, 2]),
        (
            {1, 2},
            {"not_kept": "The returned value is not JSON.", "type": "builtins.set"},
        ),
        (
            float("inf"),
            {
                "not_kept": "The returned value contains a number that JSON cannot represent.",
                "type": "builtins.float",
            },
        ),
        (
            ENDLESS,
            {
                "not_kept": "The returned value is nested too deeply, or contains itself.",
                "type": "builtins.list",
            },
        ),
        (
            Unreadable(a=1),
            {
                "not_kept": "The returned value cannot be read as JSON.",
                "type": f"{__name__}.Unreadable",
            },
        ),
    ],
)
def test_a_result_that_is_not_json_is_told_as_such(
    workflow: Workflow, owner: User, value: Any, output: Any
):
    def give() -> Any:
        return value

    schedulable(give)
    allow(owner, FUNCTION)
    here = f"{__name__}.test_a_result_that_is_not_json_is_told_as_such.give"
    save(workflow, graph(function=here), owner)
    execution = run(workflow)
    assert execution.status == "succeeded"
    assert execution.node_runs.get(node_id="call").output == output

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from tests.graphs import add_graph
from workflows.exceptions import Cancelled, NodeFailed, RegistrationError, ToolRefused
from workflows.execution.engine import run_execution
from workflows.kit.errors import NotFound
from workflows.models import NodeRun, Workflow, WorkflowExecution
from workflows.registry import Component, Config, Context, Result, registry
from workflows.tools import (
    MAX_ARGUMENTS,
    MAX_RESULT,
    Hints,
    Tool,
    ToolContext,
    call_tool,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONTEXT = ToolContext(user=User(username="ada"), clock=lambda: NOW)
INPUT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["n"],
    "properties": {"n": {"type": "integer", "maximum": 9}, "text": {"type": "string"}},
}
OUTPUT = {
    "type": "object",
    "required": ["twice"],
    "properties": {"twice": {"type": "integer"}},
}
Call = Callable[[dict[str, Any], ToolContext], dict[str, Any]]


def double(arguments: dict[str, Any], context: ToolContext) -> dict[str, Any]:
    return {"twice": 2 * arguments["n"], "by": context.user.username}


TOOL = Tool(
    name="double",
    title="Double",
    description="Doubles a number.",
    input_schema=INPUT,
    output_schema=OUTPUT,
    hints=Hints(read_only=True, destructive=False, idempotent=True, open_world=False),
    call=double,
)


def raising(error: BaseException) -> Tool:
    def call(arguments: dict[str, Any], context: ToolContext) -> dict[str, Any]:
        raise error

    return replace(TOOL, call=call)


def giving(output: dict[str, Any]) -> Tool:
    return replace(TOOL, call=lambda arguments, context: output)


def error_of(tool: Tool, arguments: Any) -> dict[str, Any]:
    result = call_tool(tool, arguments, CONTEXT)
    assert result.is_error
    error: dict[str, Any] = result.content["error"]
    return error


def test_a_tool_gives_structured_content_in_the_name_of_the_user():
    result = call_tool(TOOL, {"n": 4}, CONTEXT)
    assert not result.is_error
    assert result.content == {"twice": 8, "by": "ada"}


@pytest.mark.parametrize(
    ("arguments", "field", "why"),
    [
        ({}, "n", "This field is required."),
        ({"n": "4"}, "n", "Must be a whole number."),
        ({"n": 10}, "n", "Must be at most 9."),
        ({"n": 1, "tiems": 2}, "tiems", "This field does not exist."),
        ([1], "", "Must be a JSON object."),
    ],
)
def test_arguments_that_do_not_fit_are_refused_by_name(arguments, field, why):
    error = error_of(TOOL, arguments)
    assert error["code"] == "invalid_arguments"
    assert error["problems"] == [{"field": field, "message": why}]
    assert "The accepted fields are: n, text." in error["remedy"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"n": 1, "text": "x" * MAX_ARGUMENTS}, "larger than 64 KiB"),
        ({"n": float("nan")}, "a number that JSON cannot represent"),
        ({"n": 1, "text": "a\x00b"}, "cannot be stored"),
    ],
)
def test_arguments_that_nobody_can_hold_are_refused(arguments, why):
    error = error_of(TOOL, arguments)
    assert error["code"] == "invalid_arguments"
    assert why in error["message"]


def test_what_is_wrong_is_told_within_bounds():
    error = error_of(TOOL, {f"{'x' * 500}{i}": 1 for i in range(100)})
    assert len(error["problems"]) == 20
    assert all(len(problem["field"]) <= 200 for problem in error["problems"])


def test_nothing_is_done_for_a_user_who_is_not_active_any_more():
    context = replace(CONTEXT, user=User(username="ada", is_active=False))
    result = call_tool(TOOL, {"n": 4}, context)
    assert result.content["error"]["code"] == "user_inactive"


def test_a_refusal_says_what_is_wrong_and_how_to_mend_it():
    refusal = ToolRefused("Too many.", code="quota", remedy="Stop one.", field="n")
    assert error_of(raising(refusal), {"n": 1}) == {
        "code": "quota",
        "message": "Too many.",
        "problems": [{"field": "n", "message": "Too many."}],
        "remedy": "Stop one.",
    }


def test_what_a_service_refuses_keeps_its_code():
    assert error_of(raising(NotFound("No such job.")), {"n": 1}) == {
        "code": "not_found",
        "message": "No such job.",
        "problems": [],
    }


def test_a_refusal_is_in_the_log_without_what_the_model_made_up(log_lines):
    error_of(raising(NotFound("No such job.")), {"n": 1, "text": "s3cret"})
    assert "event=tool_refused code=not_found tool=double" in log_lines()
    assert "s3cret" not in log_lines()


def test_a_node_that_fails_as_a_tool_says_why():
    error = error_of(raising(NodeFailed("The address does not answer.")), {"n": 1})
    assert (error["code"], error["message"]) == (
        "failed",
        "The address does not answer.",
    )


def test_anything_else_says_only_that_it_failed_and_is_in_the_log(log_lines):
    error = error_of(raising(RuntimeError("password=s3cret")), {"n": 1})
    assert error["code"] == "tool_failed"
    assert "s3cret" not in str(error)
    assert "RuntimeError" in log_lines()


def test_what_ends_the_run_is_no_result():
    with pytest.raises(Cancelled):
        call_tool(raising(Cancelled()), {"n": 1}, CONTEXT)


def test_a_result_that_is_too_large_is_an_error():
    error = error_of(giving({"twice": 1, "text": "x" * MAX_RESULT}), {"n": 1})
    assert error["code"] == "result_unusable"
    assert "was carried out" in error["message"]


def test_a_result_against_its_schema_is_logged_as_a_defect(log_lines):
    result = call_tool(giving({"twice": "8"}), {"n": 1}, CONTEXT)
    assert not result.is_error
    assert "tool_output_wrong" in log_lines()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"name": "double it"}, "an invalid name"),
        ({"description": ""}, "description"),
        ({"input_schema": {"type": "object"}}, "additional properties"),
        ({"input_schema": {"type": "nonsense"}}, "has an invalid schema"),
        ({"output_schema": {"type": "array"}}, "does not describe an object"),
    ],
)
def test_a_tool_that_is_declared_wrongly_is_refused_at_once(wrong, why):
    with pytest.raises(RegistrationError, match=why):
        replace(TOOL, **wrong)


def test_a_component_is_no_tool_unless_it_says_so():
    assert registry.components["wait"].as_tool({}) is None


class Whoami(Component):
    type = "whoami"
    label = description = category = "Who am I"
    icon, colour = "user", "#000000"
    config_schema = {"type": "object", "additionalProperties": False, "properties": {}}

    def run(self, config: Config, context: Context) -> Result:
        asked = context.for_tools()
        known = asked.user.username, asked.clock(), asked.execution_id
        return Result([str(fact) for fact in known])


@pytest.fixture
def execution(db: None, monkeypatch: pytest.MonkeyPatch) -> WorkflowExecution:
    monkeypatch.setitem(registry.components, "whoami", Whoami())
    owner = User.objects.create_user("grace")
    workflow = Workflow.objects.create(name="asks", owner=owner)
    add_graph(
        workflow,
        {"start": ("trigger_manual", {}), "ask": ("whoami", {})},
        [("start", "ask")],
    )
    return WorkflowExecution.objects.create(
        pk=uuid4(),
        workflow=workflow,
        workflow_name=workflow.name,
        owner=owner,
        trigger_type="manual",
        trigger_node_id="start",
        status="running",
    )


def test_a_node_calls_tools_in_the_name_of_the_user_it_runs_as(execution):
    run_execution(execution, clock=lambda: NOW)
    output = NodeRun.objects.get(execution=execution, node_id="ask").output
    assert output == ["grace", str(NOW), str(execution.pk)]


def test_a_node_whose_user_is_gone_calls_no_tools(execution):
    WorkflowExecution.objects.update(owner=None)
    run_execution(execution, clock=lambda: NOW)
    run = NodeRun.objects.get(execution=execution, node_id="ask")
    assert (run.status, run.error) == (
        "failed",
        "The user on whose behalf this runs has been deleted.",
    )

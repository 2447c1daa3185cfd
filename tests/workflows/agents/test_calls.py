"""The tools that an agent calls, and the record of it."""

from __future__ import annotations

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart

from tests.workflows.agents.conftest import (
    KEY,
    calls,
    configure,
    give,
    kinds,
    run,
    says,
    told,
)
from workflows.exceptions import NodeFailed
from workflows.functions import workflow_function
from workflows.models import Workflow

pytestmark = pytest.mark.django_db


def test_a_tool_is_called_and_its_result_comes_back(agent: Workflow, script, double):
    def ask(messages, info) -> ModelResponse:
        if len(messages) == 1:
            (tool,) = info.function_tools
            assert (tool.name, tool.description) == ("double", "Double a number.")
            return calls("double", n=21)
        return says(told(messages))

    give(agent, f=("call_function", double))
    script(ask)
    node = run(agent)
    assert node.output["output"] == '{"result": 42}'
    assert kinds(node) == ["model", "double", "model"]
    tool = node.output["calls"][1]
    assert (tool["arguments"], tool["result"]) == ({"n": 21}, {"result": 42})
    assert tool["is_error"] is False
    assert node.output["calls"][2]["asked"] == "(the result of double)"


def test_a_tool_node_is_no_step(agent: Workflow, script, double):
    give(agent, f=("call_function", double))
    script([says("done")])
    execution = run(agent).execution
    assert set(execution.node_runs.values_list("node_id", flat=True)) == {
        "start",
        "agent",
    }


def test_a_template_of_a_tool_that_fails_names_the_tool(agent: Workflow, script):
    give(
        agent,
        a=("http_request", {"tool_name": "fine"}),
        b=("http_request", {"tool_name": "weather", "url": "{{ nodes.no.output }}"}),
    )
    node = run(agent)
    assert node.status == "failed"
    assert node.error.startswith('The tool "weather": The template failed: ')


def test_several_calls_at_once_are_made_one_by_one(agent: Workflow, script, double):
    both = ModelResponse([ToolCallPart("double", {"n": n}) for n in (1, 2)])
    give(agent, f=("call_function", double))
    script([both, says("done")])
    assert kinds(run(agent)) == ["model", "double", "double", "model"]


def test_tools_run_in_the_thread_and_on_the_connection_of_the_node(
    agent: Workflow, script
):
    threads = []

    def where() -> str:
        threads.append((threading.current_thread(), connection.connection))
        return "here"

    workflow_function(where)
    give(agent, f=("call_function", {"function": "where"}))
    script([calls("where"), says("done")])
    run(agent)
    assert threads == [(threading.current_thread(), connection.connection)]


def test_unknown_tools_and_wrong_arguments_come_back_as_results(
    agent: Workflow, script, double
):
    give(agent, f=("call_function", double))
    script(
        [
            calls("launch_missiles"),
            calls("double", n="many"),
            calls("double", '{"n": '),
            calls("double", "[" * 50_000),
            calls("double", '{"n": NaN}'),
            says("I give up."),
        ]
    )
    node = run(agent)
    assert node.status == "succeeded", node.error
    errors = [c["result"]["error"] for c in node.output["calls"] if "tool" in c]
    assert [error["code"] for error in errors] == [
        "unknown_tool",
        *["invalid_arguments"] * 4,
    ]
    assert errors[0]["remedy"] == "The available tools are: double."
    assert errors[1]["problems"][0]["field"] == "n"
    assert all(c["is_error"] for c in node.output["calls"] if "tool" in c)


def test_a_user_who_is_shut_out_meanwhile_calls_nothing_more(
    agent: Workflow, script, double
):
    def shut_out() -> None:
        """What a person does in the admin while the model thinks."""
        User.objects.update(is_active=False)

    workflow_function(shut_out)
    give(
        agent,
        a=("call_function", {"function": "shut_out"}),
        b=("call_function", double),
    )
    script([calls("shut_out"), calls("double", n=21), says("done")])
    *_, refused, _ = run(agent).output["calls"]
    assert refused["is_error"]
    assert refused["result"]["error"]["code"] == "user_inactive"


def test_a_tool_that_fails_is_a_result_without_its_secrets(agent: Workflow, script):
    def broken() -> None:
        raise ValueError(f"with {KEY}")

    def refuses() -> None:
        raise NodeFailed("Not on a Sunday.")

    for function in (broken, refuses):
        workflow_function(function)
    give(
        agent,
        a=("call_function", {"function": "broken"}),
        b=("call_function", {"function": "refuses"}),
    )
    script([calls("broken"), calls("refuses"), says("done")])
    node = run(agent)
    first, second = (c["result"]["error"] for c in node.output["calls"] if "tool" in c)
    assert first["code"] == "tool_failed"
    assert second["message"] == "Not on a Sunday."


@pytest.mark.slow
def test_the_record_is_bounded_whatever_is_said(agent: Workflow, script):
    def large() -> str:
        return "\u2603" * 30_000

    workflow_function(large)
    give(agent, f=("call_function", {"function": "large"}))
    configure(agent, max_requests=50, max_tool_calls=100, max_tokens=500_000)
    shout = "\u2603" * 9000
    chatter = ModelResponse([TextPart(shout), *[ToolCallPart("large", {})] * 2])
    script([*[chatter] * 49, says("x" * 65_000)])
    node = run(agent)
    assert node.status == "succeeded", node.error
    assert len(node.output["calls"]) == 49 * 3 + 1
    assert len(node.output["output"]) == 65_000


def test_secrets_are_hidden_in_the_record(agent: Workflow, script, double, log_lines):
    give(agent, f=("call_function", double))
    script(
        [
            calls("double", n=1, password="hunter2"),
            calls("double", f'{{"n": "{KEY}"}}'),
            says(f"The key is {KEY}, see https://x.example/?token=hunter2"),
        ]
    )
    node = run(agent)
    assert node.status == "succeeded"
    assert node.output["output"] == "The key is ***, see https://x.example/?token=***"
    assert KEY not in str(node.output) + log_lines()
    assert "hunter2" not in str(node.output["calls"])

"""Models that loop, talk or never end, and what puts an end to them."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from django.db import connection
from pydantic_ai.messages import ModelResponse, ToolCallPart
from pydantic_ai.usage import RequestUsage

from tests.workflows.agents.conftest import (
    NOW,
    calls,
    configure,
    failure,
    give,
    kinds,
    node_of,
    start,
)
from workflows.exceptions import TimedOut
from workflows.execution import jobs
from workflows.execution.engine import run_execution
from workflows.functions import workflow_function
from workflows.models import NodeRun, Workflow, WorkflowExecution
from workflows.services import cancel_execution

pytestmark = pytest.mark.django_db


def test_a_model_that_loops_for_ever_runs_out_of_requests(
    agent: Workflow, script, double
):
    give(agent, f=("call_function", double))
    configure(agent, max_requests=4)
    script(lambda messages, info: calls("double", n=1))
    node = failure(agent)
    assert node.error == (
        "The budget is spent: the maximum number of requests to the model is 4 (max_requests)."
    )
    assert node.execution.failed_node == "agent"
    assert kinds(node) == ["model", "double"] * 4
    assert node.output["usage"]["requests"] == 4


@pytest.mark.heavy
def test_ten_thousand_calls_at_once_run_out_of_calls(agent: Workflow, script, double):
    give(agent, f=("call_function", double))
    many = [ToolCallPart("double", {"n": n}) for n in range(10_000)]
    script([ModelResponse(many)])
    node = failure(agent)
    assert (
        node.error
        == "The budget is spent: the maximum number of tool calls is 20 (max_tool_calls)."
    )
    assert kinds(node) == ["model"] + ["double"] * 20


def test_a_talkative_model_runs_out_of_tokens(agent: Workflow, script, double):
    give(agent, f=("call_function", double))
    configure(agent, max_tokens=1000)
    call = ToolCallPart("double", {"n": 1})
    usage = RequestUsage(input_tokens=900, output_tokens=100)
    script([ModelResponse([call], usage=usage)])
    node = failure(agent)
    assert (
        node.error
        == "The budget is spent: the maximum number of tokens is 1,000 (max_tokens)."
    )
    assert node.output["usage"]["input_tokens"] == 900


def test_a_ceiling_that_was_lowered_since_holds(agent: Workflow, script, ostinato):
    configure(agent, max_requests=10)
    ostinato(AGENT_MAX_REQUESTS=2)
    script(lambda messages, info: calls("nothing"))
    assert "is 2 (max_requests)" in failure(agent).error


async def hang_for_ever(messages, info) -> ModelResponse:
    await asyncio.sleep(3600)
    raise AssertionError


def test_a_model_that_hangs_runs_out_of_time(agent: Workflow, script):
    configure(agent, max_seconds=1)
    script(hang_for_ever)
    began = time.monotonic()
    node = failure(agent)
    assert time.monotonic() - began < 8
    assert (
        node.error
        == "The budget is spent: the maximum number of seconds is 1 (max_seconds)."
    )
    (call,) = node.output["calls"]
    assert call["asked"] == "Hello"
    assert "seconds" not in call  # it was under way


def test_a_tool_that_hangs_runs_out_of_time(agent: Workflow, script):
    def dawdle() -> None:
        try:
            time.sleep(30)
        except Exception:  # noqa: BLE001 - that it cannot swallow it is the point
            time.sleep(30)

    workflow_function(dawdle)
    give(agent, f=("call_function", {"function": "dawdle"}))
    # Enough for a slow machine to get as far as the tool.
    configure(agent, max_seconds=4)
    script([calls("dawdle")])
    node = failure(agent)
    assert "(max_seconds)" in node.error
    assert kinds(node) == ["model", "dawdle"]


@pytest.mark.django_db(transaction=True)
def test_cancelling_ends_it_at_once_and_the_record_stays(
    agent: Workflow, script, double, redis
):
    async def ask(messages, info) -> ModelResponse:
        if len(messages) > 1:
            return await hang_for_ever(messages, info)
        return calls("double", n=2)

    give(agent, f=("call_function", double))
    script(ask)
    execution = start(agent)

    def cancel_once_it_hangs() -> None:
        while len((_node(execution) or {"calls": []})["calls"]) < 3:
            time.sleep(0.02)
        cancel_execution(execution, user=agent.owner, now=NOW)
        connection.close()

    someone = threading.Thread(target=cancel_once_it_hangs)
    someone.start()
    began = time.monotonic()
    with pytest.raises(TimedOut):
        run_execution(execution, clock=lambda: NOW)
    someone.join()
    assert time.monotonic() - began < 10
    node = node_of(execution)
    assert node.status == "cancelled"
    assert kinds(node) == ["model", "double", "model"]
    assert "seconds" not in node.output["calls"][2]


def _node(execution: WorkflowExecution) -> Any:
    found = NodeRun.objects.filter(execution=execution, node_id="agent").first()
    return found and found.output


@pytest.mark.django_db(transaction=True)
def test_the_deadline_of_the_run_ends_it_too(agent: Workflow, script, ostinato, redis):
    ostinato(EXECUTION_TIMEOUT_SECONDS=1)
    script(hang_for_ever)
    execution = start(agent)
    WorkflowExecution.objects.update(status="pending")
    began = time.monotonic()
    jobs.run_execution(str(execution.pk))
    assert time.monotonic() - began < 4
    node = node_of(execution)
    assert (node.status, node.error) == ("failed", "Timed out after 1 s.")
    assert kinds(node) == ["model"]

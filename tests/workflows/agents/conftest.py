"""An agent of Ada's, and models that say what they are told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from pydantic_ai import models
from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
)
from pydantic_ai.models.function import AgentInfo, FunctionModel

from tests.graphs import add_graph
from tests.permissions import CALLS, allow
from triggers.dispatch import dispatch_event
from workflows.agents import conversation, provider
from workflows.execution.engine import run_execution
from workflows.functions import workflow_function
from workflows.models import NodeRun, Workflow, WorkflowExecution

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = "sk-f00ba4-k3y"
# What the model says next, to all that was said before.
Script = Callable[[list[ModelMessage], AgentInfo], ModelResponse]


@pytest.fixture(autouse=True)
def no_model_is_asked(ostinato: Any) -> Iterator[None]:
    """The site has a provider, which no test reaches unless it means to."""
    ostinato(
        AGENT_BASE_URL="http://127.0.0.1:1/v1",
        AGENT_API_KEY=KEY,
        AGENT_MODEL="test-model",
    )
    with models.override_allow_model_requests(False):  # noqa: FBT003 - its signature
        yield


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "PAUSES_SECONDS", (0.01, 0.01))


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Have the model follow a function, or say some things one after the other."""

    def follow(script: Any) -> None:
        function = script if callable(script) else one_by_one(script)

        @asynccontextmanager
        async def model(name: str):
            yield FunctionModel(function, model_name=name)

        monkeypatch.setattr(provider, "site_model", model)

    return follow


def one_by_one(responses: list[ModelResponse]) -> Script:
    left = iter(responses)
    return lambda messages, info: next(left)


def says(text: str) -> ModelResponse:
    return ModelResponse([TextPart(text)])


def calls(name: str, arguments: Any = None, **given: Any) -> ModelResponse:
    """One tool call, with whatever arguments."""
    return ModelResponse([ToolCallPart(name, arguments or given)])


def told(messages: list[ModelMessage]) -> str:
    """What the tool that was called last has told the model."""
    (part,) = messages[-1].parts
    assert isinstance(part, ToolReturnPart)
    return str(part.content)


@pytest.fixture
def agent(owner: User) -> Workflow:
    """start -> agent, which has no tools yet; `tick` starts it, too."""
    allow(owner, *CALLS)
    workflow = Workflow.objects.create(name="helper", owner=owner)
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "start": ("trigger_manual", {}),
        "tick": ("trigger_schedule", {}),
        "agent": ("agent", {"prompt": "{{ trigger.payload.say | default('Hello') }}"}),
    }
    add_graph(workflow, nodes, [("start", "agent"), ("tick", "agent")])
    return workflow


def configure(workflow: Workflow, **config: Any) -> None:
    node = workflow.nodes.get(node_id="agent")
    node.config |= config
    node.save()


def give(workflow: Workflow, *types: str, **configs: Any) -> None:
    """Give the agent tools: by component type, or by node id with a configuration."""
    nodes = {each: (each, {}) for each in types} | configs
    agent = workflow.nodes.get(node_id="agent")
    for row in add_graph(workflow, nodes).values():
        workflow.edges.create(source=row, target=agent, kind="tool")


def start(
    workflow: Workflow, kind: Any = "manual", **payload: Any
) -> WorkflowExecution:
    event: Any = {"fired_at": NOW.isoformat(), "started_by": "ada", "payload": payload}
    return dispatch_event(
        kind,
        event,
        workflow=workflow,
        now=NOW,
        status=WorkflowExecution.Status.RUNNING,
    )


def run(workflow: Workflow, kind: Any = "manual", **payload: Any) -> NodeRun:
    """Run it; how the agent node stands then."""
    execution = start(workflow, kind, **payload)
    run_execution(execution, clock=lambda: NOW)
    return node_of(execution)


def node_of(execution: WorkflowExecution) -> NodeRun:
    return NodeRun.objects.get(execution=execution, node_id="agent")


def kinds(node: NodeRun) -> list[str]:
    return [call.get("tool", call["kind"]) for call in node.output["calls"]]


def failure(workflow: Workflow, **payload: Any) -> NodeRun:
    node = run(workflow, **payload)
    assert node.status == "failed", node.output
    return node


@pytest.fixture
def double():
    """A function `double` that workflows may call."""

    def double(n: int) -> int:
        """Double a number."""
        return 2 * n

    workflow_function(double)
    return {"function": "double"}

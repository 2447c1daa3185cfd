"""The scripted model of the demonstration: it follows a script, and says so.

It stands in for a language model only where a node names it (`DEMO_MODEL`) and the site has
no provider. It lists the schedules, plans one if the node has that tool, and reports. It
gives no arguments: what it plans is what people have configured on the tools.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
)
from pydantic_ai.models import Model
from pydantic_ai.models.function import AgentInfo, FunctionModel

# In this order, each once. The others change what people may have decided.
CALLED = ("schedule_list", "schedule_create")
NAME = "scripted demo, no language model"
INTRODUCTION = (
    "This was a scripted demo: the site has no language model (AGENT_BASE_URL, "
    "AGENT_API_KEY)."
)


def scripted_model() -> Model:
    """The model; its name in the record says what it is."""
    return FunctionModel(_respond, model_name=NAME)


def _respond(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    results = list(_results(messages))
    offered = {tool.name for tool in info.function_tools}
    left = [name for name in CALLED if name in offered - {name for name, _ in results}]
    if left:
        return ModelResponse([ToolCallPart(left[0], {})])
    said = [INTRODUCTION, *(_told(name, result) for name, result in results)]
    return ModelResponse([TextPart(" ".join(said))])


def _results(messages: list[ModelMessage]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tools that were called, with their results."""
    for message in messages:
        for part in message.parts:
            if isinstance(part, ToolReturnPart):
                yield part.tool_name, _parsed(str(part.content))


def _parsed(text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except ValueError:  # a long result is shown shortened
        return {}


def _told(tool: str, result: dict[str, Any]) -> str:
    if error := result.get("error"):
        return f"{tool} was refused: {error['message']}"
    if tool == "schedule_list":
        return f"Schedules that it found: {result.get('total', 'many')}."
    notes = " ".join(result.get("notes", ()))
    return (
        f"It planned “{result.get('name')}”: {result.get('sentence')}. {notes}".strip()
    )

"""From a typed function to a tool: its signature and its docstring are the declaration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_type_hints

from workflows.schemas import json_type, signature_schema
from workflows.scopes import Scope
from workflows.tools import Hints, Tool, ToolContext

CONTEXT = "context"
ToolFunction = TypeVar("ToolFunction", bound=Callable[..., Mapping[str, Any]])
tools: dict[str, Tool] = {}


def schedule_tool(
    title: str, scope: Scope, hints: Hints
) -> Callable[[ToolFunction], ToolFunction]:
    """Offer a function that takes the `context` first, and all else by name, as a tool."""

    def declare(function: ToolFunction) -> ToolFunction:
        def call(arguments: dict[str, Any], context: ToolContext) -> dict[str, Any]:
            whole = {
                name: _whole(value)
                if _takes_whole(schema["properties"][name])
                else value
                for name, value in arguments.items()
            }
            return dict(function(context, **whole))

        schema = signature_schema(function, leaving_out=frozenset({CONTEXT}))
        tools[function.__name__] = Tool(
            name=function.__name__,
            title=title,
            description=inspect.getdoc(function) or "",
            input_schema=schema,
            output_schema=json_type(get_type_hints(function)["return"]),
            hints=hints,
            scope=scope,
            call=call,
        )
        return function

    return declare


def _takes_whole(part: Mapping[str, Any]) -> bool:
    """Whether the field takes whole numbers."""
    return any(way.get("type") == "integer" for way in part.get("anyOf", [part]))


def _whole(value: Any) -> Any:
    """To JSON 60.0 is the integer 60, and some models write it so."""
    return int(value) if isinstance(value, float) else value

"""From a typed function to a tool: its signature and its docstring are the declaration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, get_type_hints

from schedules.services.drafts.fields import FieldSpec
from schedules.tools.arguments import argument
from workflows.schemas.declare import json_type, signature_schema
from workflows.scopes import Scope
from workflows.tools import Hints, Tool, ToolContext

NOT_DECLARED = frozenset({"context", "asked"})
ToolFunction = TypeVar("ToolFunction", bound=Callable[..., Mapping[str, Any]])
tools: dict[str, Tool] = {}


def schedule_tool(
    title: str, scope: Scope, hints: Hints, fields: Iterable[FieldSpec] = ()
) -> Callable[[ToolFunction], ToolFunction]:
    """Offer a function that takes the `context` first, and all else by name, as a tool:
    `fields` of a schedule as `**asked`, and what its signature declares."""

    def declare(function: ToolFunction) -> ToolFunction:
        def call(arguments: dict[str, Any], context: ToolContext) -> dict[str, Any]:
            whole = {
                name: _whole(value)
                if _takes_whole(schema["properties"][name])
                else value
                for name, value in arguments.items()
            }
            return dict(function(context, **whole))

        schema = signature_schema(function, leaving_out=NOT_DECLARED)
        # What must be given comes first.
        in_order = sorted(fields, key=lambda field: not field.required)
        taken = {field.argument: argument(field) for field in in_order}
        schema["properties"] = taken | schema["properties"]
        schema["required"] += [each.argument for each in in_order if each.required]
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

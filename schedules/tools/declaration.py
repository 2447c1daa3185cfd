"""Tools declared by typed functions: the signature and the docstring are the declaration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, get_type_hints

from schedules.services.drafts.fields import FieldSpec
from schedules.tools.arguments import argument
from workflows.schemas.declare import signature_schema
from workflows.schemas.types import json_type
from workflows.scopes import Scope
from workflows.tools import Hints, Tool, ToolContext

NOT_DECLARED = frozenset({"context", "given"})
ToolFunction = TypeVar("ToolFunction", bound=Callable[..., Mapping[str, Any]])
tools: dict[str, Tool] = {}


def schedule_tool(
    title: str, scope: Scope, hints: Hints, fields: Iterable[FieldSpec] = ()
) -> Callable[[ToolFunction], ToolFunction]:
    """Offer a function as a tool. It takes the `context`, and all else by keyword: the given
    `fields` of a schedule as `**given`, and the arguments that its signature declares."""

    def declare(function: ToolFunction) -> ToolFunction:
        def call(arguments: dict[str, Any], context: ToolContext) -> dict[str, Any]:
            converted = {
                name: _as_integer(value)
                if _is_integer(schema["properties"][name])
                else value
                for name, value in arguments.items()
            }
            return dict(function(context, **converted))

        schema = signature_schema(function, leaving_out=NOT_DECLARED)
        # Required fields come first.
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


def _is_integer(part: Mapping[str, Any]) -> bool:
    """Whether the schema accepts integers."""
    return any(way.get("type") == "integer" for way in part.get("anyOf", [part]))


def _as_integer(value: Any) -> Any:
    """In JSON schema 60.0 is the integer 60, and some models write it like that."""
    return int(value) if isinstance(value, float) else value

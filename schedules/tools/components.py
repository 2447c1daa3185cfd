"""The tools as node types: steps of a workflow, and tools of an agent node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from typing_extensions import override

from schedules.tools.declaration import tools
from workflows.exceptions import NodeFailed
from workflows.graph import Problem
from workflows.registry import Component, Config, Context, Result, register
from workflows.safety.templating import MAX_SOURCE, has_template
from workflows.schemas.declare import schema_problems, without_fields
from workflows.tools import Tool, ToolContext, call_tool, check_arguments

ICONS = {
    "schedule_create": "calendar-plus",
    "schedule_pause": "calendar-off",
    "schedule_resume": "calendar-check",
    "schedule_stop": "calendar-x",
    "schedule_list": "calendar-search",
}


class ScheduleStep(Component):
    """Calls a schedule tool on behalf of the owner of the workflow."""

    tool: ClassVar[Tool]
    category = "scheduler"
    colour = "#db2777"

    @override
    def check(self, config: Config) -> Iterator[Problem]:
        yield from super().check(config)
        # The result of a template is checked when the node runs. Missing fields may be left
        # to a model.
        properties = {
            name: {} if has_template(config.get(name)) else part
            for name, part in self.tool.input_schema["properties"].items()
        }
        known = {**self.tool.input_schema, "properties": properties, "required": []}
        yield from schema_problems(known, config)

    @override
    def run(self, config: Config, context: Context) -> Result:
        result = call_tool(self.tool, dict(config), context.for_tools())
        if result.is_error:
            raise NodeFailed(result.text)
        return Result(result.content)

    @override
    def as_tool(self, config: Config) -> Tool | None:
        def call(arguments: dict[str, Any], context: ToolContext) -> dict[str, Any]:
            merged = {**arguments, **config}
            check_arguments(self.tool, merged)
            return self.tool.call(merged, context)

        open_fields = without_fields(self.tool.input_schema, config)
        return replace(self.tool, input_schema=open_fields, call=call)


def _config_schema(tool: Tool) -> dict[str, Any]:
    """The input schema of the tool, with templates allowed in every field."""
    properties = {
        name: _templated(name, part)
        for name, part in tool.input_schema["properties"].items()
    }
    return {**tool.input_schema, "properties": properties}


def _templated(name: str, part: Mapping[str, Any]) -> dict[str, Any]:
    # A configuration leaves a field out instead of giving null.
    ways = [way for way in part.get("anyOf", [part]) if way != {"type": "null"}]
    kind = {**part, **ways[0], "title": name.replace("_", " ").capitalize()}
    kind.pop("anyOf", None)
    if "enum" in kind:
        return kind
    if kind["type"] == "string":
        return {**kind, "maxLength": MAX_SOURCE}
    return {**kind, "type": [kind["type"], "string"]}


def _register(name: str) -> None:
    tool = tools[name]
    properties = tool.input_schema["properties"]
    declaration = {
        "__doc__": tool.description,
        "tool": tool,
        "label": tool.title,
        "description": tool.description.split("\n\n")[0].replace("\n", " "),
        "icon": ICONS[name],
        "config_schema": _config_schema(tool),
        "value_templates": tuple(
            field for field in properties if "enum" not in properties[field]
        ),
    }
    register(name)(type(name, (ScheduleStep,), declaration))


for each in ICONS:
    _register(each)

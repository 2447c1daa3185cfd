"""The tools as node types: steps of a workflow, and tools of an agent node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple

from typing_extensions import override

from schedules.services.drafts.fields import Door, fields_at
from schedules.tools.declaration import tools
from workflows.exceptions import NodeFailed
from workflows.graph import Problem
from workflows.kit.phrases import phrase
from workflows.registry import Component, Config, Context, Result, register
from workflows.safety.templating import MAX_SOURCE, has_template
from workflows.schemas.declare import without_fields
from workflows.schemas.validate import schema_problems
from workflows.tools import Tool, ToolContext, call_tool, check_arguments

ORANGE = "#dd5b16"  # of what keeps a schedule from running


class Look(NamedTuple):
    """How a palette shows a tool, in words for people: its own are for models."""

    icon: str
    description: str
    colour: str = ""
    label: str = ""  # by default the title of the tool


# In the order of the palette.
STEPS = {
    "schedule_create": Look(
        "calendar-plus",
        "Creates a schedule that runs a workflow, once or repeatedly.",
        label=phrase("Create a schedule"),
    ),
    "schedule_resume": Look(
        "calendar-check",
        "Resumes a paused schedule.",
        label=phrase("Resume a schedule"),
    ),
    "schedule_list": Look(
        "calendar-search",
        "Lists schedules and workflows.",
        label=phrase("List schedules"),
    ),
    "schedule_pause": Look(
        "calendar-off",
        "Pauses a schedule until someone resumes it.",
        ORANGE,
        label=phrase("Pause a schedule"),
    ),
    "schedule_stop": Look(
        "calendar-x",
        "Deletes a schedule for good. Its history stays.",
        ORANGE,
        label=phrase("Delete schedule"),
    ),
}
LABELS = {each.argument: each.label for each in fields_at(Door.TOOLS)}
LABELS["schedule_id"] = "Schedule"
SECONDS = "_seconds"
WIDGETS = {
    "workflow": "workflow",
    "schedule_id": "schedule",
    "payload": "code",
    "description": "textarea",
    "note": "textarea",
}


class ScheduleStep(Component):
    """Calls a schedule tool on behalf of the owner of the workflow."""

    tool: ClassVar[Tool]
    category = "Scheduler"

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
    kind = {**part, **ways[0], **_for_the_form(name)}
    kind.pop("anyOf", None)
    if "enum" in kind:
        return kind
    if kind["type"] == "string":
        return {**kind, "maxLength": MAX_SOURCE}
    return {**kind, "type": [kind["type"], "string"]}


def _for_the_form(name: str) -> dict[str, Any]:
    label = LABELS.get(name) or name.replace("_", " ").capitalize()
    if name.endswith(SECONDS):
        return {"title": label.removesuffix(" (seconds)"), "x-unit": "s"}
    return {"title": label, **({"x-widget": WIDGETS[name]} if name in WIDGETS else {})}


def _register(name: str) -> None:
    tool, look = tools[name], STEPS[name]
    properties = tool.input_schema["properties"]
    declaration = {
        "__doc__": tool.description,
        "__module__": __name__,  # else it would be that of the metaclass
        "tool": tool,
        "label": look.label or tool.title,
        "description": look.description,
        "place": list(STEPS).index(name),
        "icon": look.icon,
        "colour": look.colour,
        "config_schema": _config_schema(tool),
        "value_templates": tuple(
            field for field in properties if "enum" not in properties[field]
        ),
    }
    register(name)(type(name, (ScheduleStep,), declaration))


for each in STEPS:
    _register(each)

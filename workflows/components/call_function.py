from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import structlog
from typing_extensions import override

from workflows.exceptions import NodeFailed, exit_status
from workflows.functions import WorkflowFunction, functions
from workflows.graph import Problem
from workflows.kit.tracebacks import where
from workflows.processes.leftovers import exit_forked_children
from workflows.registry import Component, Config, Context, Result, register
from workflows.safety.templating import has_template
from workflows.schemas.declare import without_fields
from workflows.tools import NAME, Hints, Tool, ToolContext

log = structlog.get_logger(__name__)


@register("call_function")
class CallFunction(Component):
    """Calls a Python function that the site has registered. Its output is the result."""

    label = "Call function"
    description = "Calls a Python function of this site."
    category = "Data"
    icon = "square-function"
    colour = "#0d9488"
    config_schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["function"],
        "properties": {
            "function": {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "title": "Function",
                "description": "Its name, as registered with @workflow_function.",
            },
            "arguments": {
                "type": "object",
                "default": {},
                "title": "Arguments",
                "description": "By name; a text that is one {{ expression }} keeps the "
                "type of its value.",
            },
        },
    }
    value_templates = ("arguments",)

    @override
    def check(self, config: Config) -> Iterator[Problem]:
        yield from super().check(config)
        function = functions.get(config["function"])
        if function is None:
            yield "function", _no_such_function()
            return
        yield from _argument_problems(function, config)

    @override
    def check_tool(self, config: Config) -> Iterator[Problem]:
        yield from super().check(config)
        function = functions.get(config.get("function", ""))
        if function is None:
            yield "function", _no_such_function()
            return
        left_open = replace(function, schema={**function.schema, "required": []})
        yield from _argument_problems(left_open, config)

    @override
    def run(self, config: Config, context: Context) -> Result:
        function = functions.get(config["function"])
        if function is None:
            raise NodeFailed(f'There is no function "{config["function"]}" any more.')
        return Result(_called(function, config.get("arguments", {})))

    @override
    def as_tool(self, config: Config) -> Tool | None:
        name = config.get("function", "")
        function = functions.get(name)
        if function is None or not NAME.fullmatch(name):
            return None
        fixed = config.get("arguments", {})

        def call(arguments: dict[str, Any], context: ToolContext) -> dict[str, Any]:
            return {"result": _called(function, {**arguments, **fixed})}

        return Tool(
            name=name,
            title=name,
            description=inspect.getdoc(function.call) or f"Calls {name} of this site.",
            input_schema=without_fields(function.schema, fixed),
            output_schema=RESULT,
            hints=UNKNOWN,
            call=call,
        )


RESULT = {"type": "object", "required": ["result"], "properties": {"result": {}}}
# Nobody has said what the function does, so the worst is taken.
UNKNOWN = Hints(read_only=False, destructive=True, idempotent=False, open_world=True)


def _called(function: WorkflowFunction, arguments: dict[str, Any]) -> Any:
    for path, _ in function.problems(arguments):
        # Without the reason, which would repeat the value.
        raise NodeFailed(f'The argument "{path}" does not fit the function.')
    try:
        with exit_forked_children():
            return function.call(**arguments)
    except SystemExit as error:
        # Not even status 0 is success: a function gives a result by returning it, and a
        # library may have ended half of the work (`--help`, a signal's handler).
        status = exit_status(error)
        log.warning("function_exited", status=status, exception=where(error))
        raise NodeFailed(
            f"The function ended the process with exit status {status}."
        ) from error


def _argument_problems(function: WorkflowFunction, config: Config) -> Iterator[Problem]:
    arguments = config.get("arguments", {})
    templates = {name for name in arguments if has_template(arguments[name])}
    for path, reason in function.problems(arguments, unknown=templates):
        yield f"arguments.{path}", reason


def _no_such_function() -> str:
    known = ", ".join(sorted(functions)) or "none"
    return f"There is no such function; there are: {known}."

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
    """Calls a Python function that the site has registered. The output is its result."""

    label = "Call a function"
    description = "Calls a Python function of this site."
    category = "Actions"
    place = 4
    icon = "square-function"
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
                "description": "The name of a function that is registered with "
                "@workflow_function.",
                "x-widget": "function",
            },
            "arguments": {
                "type": "object",
                "default": {},
                "title": "Arguments",
                "description": "A text that is one {{ expression }} and nothing else "
                "keeps the type of its value, such as a number.",
                "x-widget": "code",
            },
        },
    }
    value_templates = ("arguments",)

    @override
    def check(self, config: Config) -> Iterator[Problem]:
        yield from super().check(config)
        function = functions.get(config["function"])
        if function is None:
            yield "function", _unknown_function()
            return
        yield from _argument_problems(function, config)

    @override
    def check_tool(self, config: Config) -> Iterator[Problem]:
        yield from super().check(config)
        function = functions.get(config.get("function", ""))
        if function is None:
            yield "function", _unknown_function()
            return
        left_open = replace(function, schema={**function.schema, "required": []})
        yield from _argument_problems(left_open, config)

    @override
    def run(self, config: Config, context: Context) -> Result:
        function = functions.get(config["function"])
        if function is None:
            raise NodeFailed(
                f'The function "{config["function"]}" is no longer registered.'
            )
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
            description=inspect.getdoc(function.call)
            or f"Call the function {name} of this site.",
            input_schema=without_fields(function.schema, fixed),
            output_schema=RESULT,
            hints=UNDECLARED,
            call=call,
        )


RESULT = {"type": "object", "required": ["result"], "properties": {"result": {}}}
# What the function does is not declared, so the worst is assumed.
UNDECLARED = Hints(read_only=False, destructive=True, idempotent=False, open_world=True)


def _called(function: WorkflowFunction, arguments: dict[str, Any]) -> Any:
    for path, _ in function.problems(arguments):
        # Without the problem itself, which may repeat the value.
        raise NodeFailed(f'The argument "{path}" is not valid for the function.')
    try:
        with exit_forked_children():
            return function.call(**arguments)
    except SystemExit as error:
        # Not even status 0 is success: a function returns its result, and a library may
        # have exited halfway through (`--help`, a signal handler).
        status = exit_status(error)
        log.warning("function_exited", status=status, exception=where(error))
        raise NodeFailed(
            f"The function exited the process with exit status {status}."
        ) from error


def _argument_problems(function: WorkflowFunction, config: Config) -> Iterator[Problem]:
    arguments = config.get("arguments", {})
    templates = {name for name in arguments if has_template(arguments[name])}
    for path, reason in function.problems(arguments, unknown=templates):
        yield f"arguments.{path}", reason


def _unknown_function() -> str:
    known = ", ".join(sorted(functions)) or "none"
    return f"This is not a registered function. Registered functions: {known}."

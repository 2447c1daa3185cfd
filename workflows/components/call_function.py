from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typing_extensions import override

from workflows.exceptions import NodeFailed
from workflows.functions import functions
from workflows.graph import Problem
from workflows.guarded_http import HIDDEN, SENSITIVE
from workflows.json_value import strings
from workflows.registry import Component, Config, Context, Result, register
from workflows.templating import MARKS


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
            known = ", ".join(sorted(functions)) or "none"
            yield "function", f"There is no such function; there are: {known}."
            return
        arguments = config.get("arguments", {})
        templates = {name for name in arguments if _has_template(arguments[name])}
        for path, reason in function.problems(arguments, unknown=templates):
            yield f"arguments.{path}", reason

    @override
    def redact(self, config: Config) -> Any:
        shown = {
            name: HIDDEN if SENSITIVE.search(name) else value
            for name, value in config.get("arguments", {}).items()
        }
        return {**config, "arguments": shown}

    @override
    def run(self, config: Config, context: Context) -> Result:
        function = functions.get(config["function"])
        if function is None:
            raise NodeFailed(f'There is no function "{config["function"]}" any more.')
        arguments = config.get("arguments", {})
        for path, _ in function.problems(arguments):
            # Without the reason, which would repeat the value.
            raise NodeFailed(f'The argument "{path}" does not fit the function.')
        return Result(function.call(**arguments))


def _has_template(value: Any) -> bool:
    return any(MARKS.search(text) for _, text in strings(value, ""))

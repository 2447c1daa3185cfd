from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.db import transaction
from typing_extensions import override

from workflows import callables
from workflows.callables import Target, UnknownCallable
from workflows.callables.django_tasks import backend_problem
from workflows.calling import ARGUMENTS, Calling, called, check_call
from workflows.exceptions import NodeBroken
from workflows.graph import Problem
from workflows.kit.phrases import phrase
from workflows.registry import Component, Config, Context, Result, register
from workflows.run_on import RunOn
from workflows.schemas.declare import without_fields
from workflows.tools import NAME, Hints, Tool, ToolContext


@register("call_function")
class CallFunction(Calling):
    """Calls a Python function, or a Task of `django.tasks`. The output is its result."""

    label = phrase("Call a function")
    description = "Calls a Python function or a task of this site."
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
                "description": "The dotted name of a function or a task, such as "
                "billing.tasks.remind.",
                "x-widget": "function",
            },
            "arguments": ARGUMENTS,
            "run_on": {
                "type": "string",
                "enum": RunOn.values,
                "default": RunOn.WORKER.value,
                "title": "Runs on",
                "description": "A task can also run on its own backend. Then it must be the "
                "last node, and a schedule must start the workflow.",
            },
        },
    }
    name_field = "function"

    @override
    def check(self, config: Config) -> Iterator[Problem]:
        yield from super().check(config)
        if config.get("run_on") == RunOn.BACKEND:
            with suppress(UnknownCallable):
                if why := backend_problem(self.target(config["function"])):
                    yield "run_on", why

    @override
    def run(self, config: Config, context: Context) -> Result:
        if config.get("run_on") != RunOn.BACKEND:
            return super().run(config, context)
        target, arguments = self.named(config), config.get("arguments", {})
        check_call(target, arguments, context.owner())
        if why := backend_problem(target):  # it may have been changed since
            raise NodeBroken(why)
        # One transaction: a backend in the same database has the Task only if the id of
        # its result is on record, and others are sent it when it is.
        with transaction.atomic():
            result_id = str(target.task.enqueue(**arguments).id)
            context.hand_over(result_id, target.task.backend)
        return Result({"task_result_id": result_id}, handed_over=True)

    @override
    def target(self, name: str) -> Target:
        return callables.function(name)

    @override
    def check_tool(self, config: Config) -> Iterator[Problem]:
        yield from Component.check(self, config)
        yield from self._problems(config, complete=False)

    @override
    def as_tool(self, config: Config) -> Tool | None:
        try:
            target = self.target(config.get("function", ""))
        except UnknownCallable:
            return None
        name = target.name.rpartition(".")[2]
        fixed = config.get("arguments", {})
        if target.unfit or not NAME.fullmatch(name) or not isinstance(fixed, dict):
            return None

        def call(arguments: dict[str, Any], context: ToolContext) -> dict[str, Any]:
            return {"result": called(target, {**arguments, **fixed}, context.user)}

        # A model may only pass what the signature names.
        offered = {**target.schema, "additionalProperties": False}
        return Tool(
            name=name,
            title=target.title,
            description=target.documentation or f"Call {target.name} of this site.",
            input_schema=without_fields(offered, fixed),
            output_schema=RESULT,
            hints=UNDECLARED,
            call=call,
        )


RESULT = {"type": "object", "required": ["result"], "properties": {"result": {}}}
# What the function does is not declared, so the worst is assumed.
UNDECLARED = Hints(read_only=False, destructive=True, idempotent=False, open_world=True)

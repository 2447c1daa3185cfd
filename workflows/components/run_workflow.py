from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from typing_extensions import override

from workflows.exceptions import NodeFailed
from workflows.graph import Problem
from workflows.kit.phrases import phrase
from workflows.registry import Component, Config, Context, Result, register
from workflows.safety.templating import MARKS


@register("run_workflow")
class RunWorkflow(Component):
    """Runs another workflow of the same owner from its manual trigger and waits for it. The
    output holds the execution's id and the output of its last node."""

    label = phrase("Run workflow")
    description = "Runs another workflow and waits for it to finish."
    category = "Logic"
    place = 3
    icon = "workflow"
    config_schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["workflow"],
        "properties": {
            "workflow": {
                "type": "string",
                "format": "uuid",
                "title": "Workflow",
                "description": "One that has a manual trigger.",
                "x-widget": "workflow",
            },
            "payload": {
                "type": ["object", "string"],
                "default": {},
                "title": "Payload",
                "description": "A JSON object, or {{ trigger.payload }} to hand on what "
                "started this workflow.",
                "x-widget": "code",
            },
        },
    }
    value_templates = ("payload",)

    @override
    def check(self, config: Config) -> Iterator[Problem]:
        yield from super().check(config)
        payload = config.get("payload", {})
        if isinstance(payload, str) and not MARKS.search(payload):
            yield "payload", "Must be a JSON object, or a template that renders to one."

    @override
    def run(self, config: Config, context: Context) -> Result:
        payload = config.get("payload", {})
        if not isinstance(payload, dict):
            raise NodeFailed("The payload did not render to a JSON object.")
        return Result(context.run_workflow(UUID(config["workflow"]), payload))

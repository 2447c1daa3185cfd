from __future__ import annotations

from typing_extensions import override

from workflows.kit.phrases import phrase
from workflows.registry import Component, Config, Context, Result, register


@register("trigger_manual")
class ManualTrigger(Component):
    """Fired by a person or a program that runs the workflow."""

    label = phrase("Manual")
    description = "Starts the workflow when a person or a program runs it."
    category = "Triggers"
    has_effects = False
    place = 3
    icon = "mouse-pointer-click"
    kind = "trigger"
    inputs = ()
    config_schema = {"type": "object", "additionalProperties": False, "properties": {}}

    @override
    def run(self, config: Config, context: Context) -> Result:
        return Result(dict(context.trigger))

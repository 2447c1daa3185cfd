from __future__ import annotations

from typing_extensions import override

from workflows.kit.phrases import phrase
from workflows.registry import Component, Config, Context, Result, register

TOLERANCE_SECONDS = 300


@register("trigger_webhook")
class WebhookTrigger(Component):
    """Fired by a request to the node's own URL, which `triggers.webhooks` creates."""

    label = phrase("Webhook")
    description = "Starts the workflow when its URL is called."
    category = "Triggers"
    has_effects = False
    place = 2
    icon = "webhook"
    kind = "trigger"
    inputs = ()
    config_schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "signed": {
                "type": "boolean",
                "default": False,
                "title": "Signed requests only",
                "description": "Refuse requests without a valid signature.",
            },
            "tolerance_seconds": {
                "type": "integer",
                "minimum": 1,
                "maximum": 3600,
                "default": TOLERANCE_SECONDS,
                "title": "Time tolerance",
                "description": "The time in a signature may differ this much from the "
                "server's.",
                "x-unit": "s",
            },
        },
    }

    @override
    def run(self, config: Config, context: Context) -> Result:
        return Result(dict(context.trigger))

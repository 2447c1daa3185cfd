from __future__ import annotations

from typing_extensions import override

from workflows.registry import Component, Config, Context, Result, register

TOLERANCE_SECONDS = 300


@register("trigger_webhook")
class WebhookTrigger(Component):
    """Fired by a request to the node's own address, which `triggers.webhooks` makes."""

    label = "Webhook"
    description = "Starts the workflow when its address is called."
    category = "Triggers"
    icon = "webhook"
    colour = "#7c3aed"
    kind = "trigger"
    inputs = ()
    config_schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "signed": {
                "type": "boolean",
                "default": False,
                "title": "Signed",
                "description": "Only requests with a valid signature are taken.",
            },
            "tolerance_seconds": {
                "type": "integer",
                "minimum": 1,
                "maximum": 3600,
                "default": TOLERANCE_SECONDS,
                "title": "Tolerance (seconds)",
                "description": "How far a signature's time may be from ours.",
            },
        },
    }

    @override
    def run(self, config: Config, context: Context) -> Result:
        return Result(dict(context.trigger))

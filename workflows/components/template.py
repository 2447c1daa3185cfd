from __future__ import annotations

from typing_extensions import override

from workflows.kit.phrases import phrase
from workflows.registry import Component, Config, Context, Result, register
from workflows.safety.templating import MAX_SOURCE


@register("template")
class Template(Component):
    """The output is the text or JSON value to which the template renders."""

    label = phrase("Template")
    description = "Builds a text or a JSON value from the trigger and earlier nodes."
    category = "Actions"
    has_effects = False
    place = 3
    icon = "braces"
    config_schema = {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
            "text": {
                "type": "string",
                "maxLength": MAX_SOURCE,
                "title": "Text",
                "description": "For example: Hello {{ trigger.payload.name }}",
                "x-widget": "textarea",
            },
            "json": {
                "title": "JSON value",
                "description": "Any JSON. A text in it that is one {{ expression }} and "
                "nothing else keeps the type of its value.",
                "x-widget": "code",
            },
        },
    }
    text_templates = ("text",)
    value_templates = ("json",)

    @override
    def run(self, config: Config, context: Context) -> Result:
        return Result(config["text"] if "text" in config else config["json"])

from __future__ import annotations

from typing_extensions import override

from workflows.registry import Component, Config, Context, Result, register
from workflows.safety.templating import MAX_SOURCE


@register("template")
class Template(Component):
    """Its output is the text, or the JSON value, that the template gives."""

    label = "Template"
    description = "Writes a text or builds a JSON value from what is known so far."
    category = "Data"
    icon = "braces"
    colour = "#0d9488"
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
                "description": "Hello {{ trigger.payload.name }}",
            },
            "json": {
                "title": "JSON value",
                "description": "Any JSON; a text in it that is one {{ expression }} "
                "keeps the type of its value.",
            },
        },
    }
    text_templates = ("text",)
    value_templates = ("json",)

    @override
    def run(self, config: Config, context: Context) -> Result:
        return Result(config["text"] if "text" in config else config["json"])

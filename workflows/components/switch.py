from __future__ import annotations

from typing import Any

from typing_extensions import override

from workflows.kit.phrases import phrase
from workflows.registry import Component, Config, Context, Result, register
from workflows.safety.templating import MAX_SOURCE, first_true
from workflows.schemas.declare import whole

PORT = {"type": "string", "pattern": whole("[A-Za-z0-9_-]{1,64}")}
DEFAULT = "default"


@register("switch")
class Switch(Component):
    """The flow leaves through the port of the first case that is true, otherwise through
    `default`."""

    label = phrase("Switch")
    description = "Chooses a branch by the first condition that is true."
    category = "Logic"
    has_effects = False
    place = 1
    icon = "split"
    ports = (DEFAULT,)
    port_fields = ("cases[].port", "default")
    condition_fields = ("cases[].when",)
    config_schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["cases"],
        "properties": {
            "cases": {
                "type": "array",
                "minItems": 1,
                "maxItems": 20,
                "title": "Cases",
                "description": "The first condition that is true decides.",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["port", "when"],
                    "properties": {
                        "port": {
                            **PORT,
                            "title": "Branch",
                            "description": "A name of letters, digits, "
                            "hyphens and underscores.",
                        },
                        "when": {
                            "type": "string",
                            "minLength": 1,
                            "maxLength": MAX_SOURCE,
                            "title": "Condition",
                            "x-widget": "code",
                            "description": "For example: "
                            "nodes.fetch.output.status == 200",
                        },
                    },
                },
            },
            "default": {
                **PORT,
                "default": DEFAULT,
                "title": "Otherwise",
                "description": "The branch to take when no condition is true.",
            },
        },
    }

    @override
    def run(self, config: Config, context: Context) -> Result:
        cases: list[dict[str, Any]] = config["cases"]
        index = first_true([case["when"] for case in cases], context.variables())
        port = config.get("default", DEFAULT) if index is None else cases[index]["port"]
        return Result({"case": index, "port": port}, port)

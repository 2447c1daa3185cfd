from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typing_extensions import override

from workflows.kit.json_value import strings
from workflows.registry import Component, Config, Context, Result, register
from workflows.safety.templating import MAX_SOURCE, first_true
from workflows.schemas.declare import whole

PORT = {"type": "string", "pattern": whole("[A-Za-z0-9_-]{1,64}")}
DEFAULT = "default"


@register("switch")
class Switch(Component):
    """The flow leaves through the port of the first case that is true, otherwise through
    `default`."""

    label = "Switch"
    description = "Chooses a branch by the first condition that is true."
    category = "Flow"
    icon = "split"
    colour = "#d97706"
    ports = (DEFAULT,)
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
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["port", "when"],
                    "properties": {
                        "port": {**PORT, "title": "Port"},
                        "when": {
                            "type": "string",
                            "minLength": 1,
                            "maxLength": MAX_SOURCE,
                            "title": "Condition",
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
                "description": "The port to take when no condition is true.",
            },
        },
    }

    @override
    def ports_of(self, config: Config) -> tuple[str, ...]:
        named = [case["port"] for case in config["cases"]]
        return tuple(dict.fromkeys([*named, config.get("default", DEFAULT)]))

    @override
    def conditions(self, config: Config) -> Iterator[tuple[str, str]]:
        for path, text in strings(config.get("cases"), "cases"):
            if path.endswith(".when"):
                yield path, text

    @override
    def run(self, config: Config, context: Context) -> Result:
        cases: list[dict[str, Any]] = config["cases"]
        index = first_true([case["when"] for case in cases], context.variables())
        port = config.get("default", DEFAULT) if index is None else cases[index]["port"]
        return Result({"case": index, "port": port}, port)

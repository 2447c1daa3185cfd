from __future__ import annotations

from typing_extensions import override

from workflows import callables
from workflows.callables import Target
from workflows.calling import ARGUMENTS, Calling
from workflows.kit.phrases import phrase
from workflows.registry import register


@register("run_command")
class RunCommand(Calling):
    """Runs a management command. The output is what it has written. It is no tool: agents
    run no commands."""

    label = phrase("Run a command")
    description = "Runs a management command of this site."
    place = 5
    icon = "square-terminal"
    config_schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["command"],
        "properties": {
            "command": {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "title": "Command",
                "description": "Its name, such as clearsessions. The site lists those that "
                "may be run.",
            },
            "arguments": ARGUMENTS,
        },
    }
    name_field = "command"

    @override
    def target(self, name: str) -> Target:
        return callables.command(name)

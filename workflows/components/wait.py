from __future__ import annotations

import time
from collections.abc import Iterator

from typing_extensions import override

from workflows.exceptions import NodeFailed
from workflows.graph import Problem
from workflows.kit.conf import conf
from workflows.kit.phrases import phrase
from workflows.registry import Component, Config, Context, Result, register

CHECK_EVERY_SECONDS = 1.0


@register("wait")
class Wait(Component):
    """Pauses the flow, and occupies its worker meanwhile. A cancelled run ends within a
    second."""

    label = phrase("Wait")
    description = "Waits, then continues."
    category = "Logic"
    place = 2
    icon = "hourglass"
    config_schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["seconds"],
        "properties": {
            "seconds": {
                "type": "number",
                "exclusiveMinimum": 0,
                "title": "Wait for",
                "description": "At most 300, unless the site sets WAIT_NODE_MAX_SECONDS.",
                "x-unit": "s",
            },
        },
    }

    @override
    def check(self, config: Config) -> Iterator[Problem]:
        if config["seconds"] > conf.WAIT_NODE_MAX_SECONDS:
            yield "seconds", _too_long()

    @override
    def run(self, config: Config, context: Context) -> Result:
        seconds = config["seconds"]
        if seconds > conf.WAIT_NODE_MAX_SECONDS:  # it may have been lowered since
            raise NodeFailed(_too_long())
        ends_at = time.monotonic() + seconds
        # A timeout needs no check: it interrupts the sleep.
        while (left := ends_at - time.monotonic()) > 0:
            context.stop_if_cancelled()
            time.sleep(min(left, CHECK_EVERY_SECONDS))
        return Result({"seconds": seconds})


def _too_long() -> str:
    return (
        f"This site allows at most {conf.WAIT_NODE_MAX_SECONDS} seconds "
        "(WAIT_NODE_MAX_SECONDS)."
    )

"""The refusals of this app."""

from __future__ import annotations

from workflows.kit.errors import WrongState


class NoTrigger(WrongState):
    code = "no_trigger"
    message = "The workflow has no active trigger node that accepts this event."

"""What can go wrong between an event and a workflow."""

from __future__ import annotations

from workflows.exceptions import WrongState


class NoTrigger(WrongState):
    """The workflow has no active trigger node that accepts this event."""

    code = "no_trigger"

"""The transitions of a schedule from one state to another.

The only code that writes `status`, `reason_code`, `status_reason` and `next_run_at`.
"""

from __future__ import annotations

from schedules.services.transitions.many import (
    NODE_DELETED,
    Beginnings,
    Edit,
    FrontierMoved,
    advance,
    begin_all,
    beginnings,
    edit_all,
    forget_trigger_node,
)
from schedules.services.transitions.single import (
    PROPOSED,
    begin,
    edit,
    pause,
    resume,
    retime,
    set_aside,
    withdraw,
)
from schedules.services.transitions.state import NewTiming

__all__ = [
    "NODE_DELETED",
    "PROPOSED",
    "Beginnings",
    "Edit",
    "FrontierMoved",
    "NewTiming",
    "advance",
    "begin",
    "begin_all",
    "beginnings",
    "edit",
    "edit_all",
    "forget_trigger_node",
    "pause",
    "resume",
    "retime",
    "set_aside",
    "withdraw",
]

"""The schedule tools of agents, declared once for workflows and for MCP.

They only translate. The services decide what an agent may do.
"""

from __future__ import annotations

from schedules.tools.declaration import tools
from schedules.tools.reading import schedule_explain, schedule_list, schedule_preview
from schedules.tools.writing import (
    schedule_create,
    schedule_pause,
    schedule_resume,
    schedule_stop,
)

__all__ = [
    "schedule_create",
    "schedule_explain",
    "schedule_list",
    "schedule_pause",
    "schedule_preview",
    "schedule_resume",
    "schedule_stop",
    "tools",
]

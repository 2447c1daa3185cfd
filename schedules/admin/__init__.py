"""Schedules, their runs, events and epochs, and users' settings in Django's admin.

The admin translates buttons and forms into calls of `schedules.services` and shows the
results. It never saves a schedule itself.
"""

from __future__ import annotations

from schedules.admin.canvas import schedules_for_pages
from schedules.admin.history import EpochAdmin
from schedules.admin.log import log_event
from schedules.admin.profiles import ProfileAdmin, ProfileForm
from schedules.admin.runs.runs import RunAdmin
from schedules.admin.schedule import ScheduleAdmin
from schedules.admin.site_state import state_of_site
from schedules.admin.trail.events import EventAdmin

__all__ = [
    "EpochAdmin",
    "EventAdmin",
    "ProfileAdmin",
    "ProfileForm",
    "RunAdmin",
    "ScheduleAdmin",
    "log_event",
    "schedules_for_pages",
    "state_of_site",
]

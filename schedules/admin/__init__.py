"""The schedules, their ledger and their people in Django's admin.

The admin is one of the doors to `schedules.services`: it translates what a person presses
and types, and shows what came of it. It never saves a schedule itself.
"""

from __future__ import annotations

from schedules.admin.history import EpochAdmin, EventAdmin, RunAdmin
from schedules.admin.schedule import ScheduleAdmin
from schedules.admin.users import PersonAdmin

__all__ = ["EpochAdmin", "EventAdmin", "PersonAdmin", "RunAdmin", "ScheduleAdmin"]

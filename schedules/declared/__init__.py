"""What application code declares: a schedule by its key, and its timing.

Free of Django, so that the names can be imported while the apps are still being loaded.
"""

from __future__ import annotations

from schedules.declared.results import Kept, Upserted
from schedules.declared.schedule import Schedule
from schedules.declared.timings import When, cron, every, once

__all__ = ["Kept", "Schedule", "Upserted", "When", "cron", "every", "once"]

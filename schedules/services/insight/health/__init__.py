"""Why nothing fires or runs, as seen from here: the one look behind the doctor, `/readyz`
and the strip of the admin."""

from __future__ import annotations

from schedules.services.insight.health.explaining import explain
from schedules.services.insight.health.looking import Looks, facts_now, forget, judge

__all__ = ["Looks", "explain", "facts_now", "forget", "judge"]

"""Why nothing fires or runs, as seen from here: the one look behind the doctor, `/readyz`
and the strip of the admin."""

from __future__ import annotations

from schedules.services.insight.health.probes import Probes, diagnose, facts_now, reset
from schedules.services.insight.health.refusals import cause_of_error

__all__ = ["Probes", "cause_of_error", "diagnose", "facts_now", "reset"]

"""Why nothing fires or runs, as this process sees it: for the doctor, `/readyz` and the strip
in the admin."""

from __future__ import annotations

from schedules.services.insight.health.outages import cause_of_error
from schedules.services.insight.health.probes import Probes, diagnose, facts_now, reset

__all__ = ["Probes", "cause_of_error", "diagnose", "facts_now", "reset"]

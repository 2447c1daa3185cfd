"""Why nothing fires or runs: the causes, and which of them explain others. Pure."""

from __future__ import annotations

from schedules.causes.diagnosis import Diagnosis, Facts, diagnose
from schedules.causes.table import CAUSES, SUBJECTS, Cause, Severity

__all__ = [
    "CAUSES",
    "SUBJECTS",
    "Cause",
    "Diagnosis",
    "Facts",
    "Severity",
    "diagnose",
]

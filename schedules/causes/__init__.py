"""Why nothing fires or runs: the causes in words, and which of them explain others. Pure."""

from __future__ import annotations

from schedules.causes.decide import Diagnosis, Facts, diagnose, in_words
from schedules.causes.table import CAUSES, SUBJECTS, Cause, Severity

__all__ = [
    "CAUSES",
    "SUBJECTS",
    "Cause",
    "Diagnosis",
    "Facts",
    "Severity",
    "diagnose",
    "in_words",
]

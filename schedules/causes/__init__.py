"""Why nothing fires or runs: the causes in words, and which of them explain others. Pure."""

from __future__ import annotations

from schedules.causes.decide import Facts, Verdict, in_words, verdict
from schedules.causes.table import CAUSES, SUBJECTS, Cause, Severity

__all__ = [
    "CAUSES",
    "SUBJECTS",
    "Cause",
    "Facts",
    "Severity",
    "Verdict",
    "in_words",
    "verdict",
]

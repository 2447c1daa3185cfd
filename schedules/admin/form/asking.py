"""Asking what a form means before it is saved: the page, or parts of it, as typed.

The buttons that ask have names of their own; some of them write into fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest, QueryDict

from schedules.admin.form.builder import PATTERN, written
from schedules.admin.form.units import parts_of
from schedules.admin.form.what_runs import SHOW_FIELDS
from schedules.timing import CronTiming, TimingError

SHOW_PREVIEW = "_preview"
USE_SUGGESTION = "_suggested"
ASKING = frozenset({SHOW_FIELDS, SHOW_PREVIEW, USE_SUGGESTION, PATTERN})


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, with what the pressed button `writes` in it. False: nothing is asked,
    the form is to be saved or shown."""

    typed: Mapping[str, str] = field(default_factory=dict)
    writes: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.typed)


def asked(request: HttpRequest) -> Asked:
    """What the request asks of the form."""
    if not ASKING & request.POST.keys():
        return Asked()
    typed = request.POST.copy()
    writes = suggested(typed) if USE_SUGGESTION in typed else written(typed)
    for name, value in writes.items():
        typed[name] = value
    return Asked(typed, writes)


def suggested(typed: QueryDict) -> dict[str, str]:
    """The fields that mean the same as an expression in the syntax of another program."""
    try:
        CronTiming(typed.get("cron_expression", ""), "UTC")
    except TimingError as error:
        found = error.suggestion or {}
    else:
        found = {}
    writes = {name: str(value) for name, value in found.items()}
    if "interval_seconds" in writes:
        number, unit = parts_of(writes["interval_seconds"])
        writes |= {
            "interval_seconds": number,
            "interval_seconds-unit": unit,
            "cron_expression": "",
        }
    return writes

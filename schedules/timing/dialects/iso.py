"""ISO 8601: durations (`PT5M`), repeating intervals (`R/2024-01-01T00:00:00Z/PT1H`), times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from schedules.timing.dialects.advice import Advice, interval_advice
from schedules.timing.dialects.durations import BY_CALENDAR, IN_SECONDS
from schedules.timing.errors import quoted

_N = r"([0-9]{1,12}(?:[.,][0-9]{1,9})?)"
_DATE = rf"(?:{_N}Y)?(?:{_N}M)?(?:{_N}W)?(?:{_N}D)?"
_DURATION = re.compile(
    rf"P(?=[0-9T]){_DATE}(?:T(?=[0-9])(?:{_N}H)?(?:{_N}M)?(?:{_N}S)?)?"
)
_SIZES = (604_800, 86_400, 3_600, 60, 1)  # after years and months
_REPEATED = re.compile(r"R(-1|[0-9]{0,9})")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}.*)?")
_YEARS = range(1900, 3000)


def iso(text: str) -> Advice | None:
    first, *rest = (part.strip() for part in text.upper().split("/"))
    if repeated := _REPEATED.fullmatch(first):
        return _repeating(repeated[1], rest) if rest else None
    if rest and (_time(first) or _seconds(first) is not None):
        return Advice(
            f"{quoted(text)} is a single interval of time. For runs at a fixed interval set "
            "interval_seconds and start_at; for a single run set run_at."
        )
    if _time(first):
        return Advice(
            f"For a single run set run_at to {quoted(text)}, in place of cron_expression."
        )
    seconds = _seconds(first)
    return None if seconds is None else _interval(seconds)


def _interval(seconds: Fraction) -> Advice:
    return interval_advice(IN_SECONDS, seconds) if seconds >= 0 else Advice(BY_CALENDAR)


def _repeating(times: str, parts: Sequence[str]) -> Advice | None:
    """`R/start/duration`, `R/start/end` or `R/duration`."""
    start, seconds = _time(parts[0]), _seconds(parts[-1])
    end = _time(parts[-1]) if len(parts) == 2 else None
    if start and end and (start.tzinfo is None) == (end.tzinfo is None):
        seconds = Fraction(int((end - start).total_seconds()))
        seconds = seconds if seconds > 0 else Fraction(0)
    if len(parts) > 2 or seconds is None or (len(parts) == 2 and not start):
        return Advice(
            "A repeating interval is written R/start/duration. Set interval_seconds and "
            "start_at in place of cron_expression."
        )
    found = _interval(seconds)
    if found.suggestion is None:
        return found
    if times not in ("", "-1"):
        return Advice(
            f"It repeats {times} times, counted from its start. Set interval_seconds to "
            f"{found.suggestion['interval_seconds']}, start_at, and max_runs or end_at."
        )
    if start is None:
        return found
    if start.year not in _YEARS or start.microsecond:
        return Advice(f"{found.message} Set start_at to a time in whole seconds.")
    start_at = start.isoformat().replace("+00:00", "Z")
    return replace(found, suggestion={**found.suggestion, "start_at": start_at})


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if _TIME.fullmatch(text) else None
    except ValueError:
        return None


def _seconds(text: str) -> Fraction | None:
    """The length of a duration in seconds; negative if it depends on the calendar."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    years, months, *others = (
        Fraction((part or "0").replace(",", ".")) for part in match.groups()
    )
    if years or months:
        return Fraction(-1)
    return sum(map(Fraction.__mul__, others, map(Fraction, _SIZES)), Fraction(0))

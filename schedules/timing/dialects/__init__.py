"""Timings in the syntax of other programs: recognised by their shape, but never accepted.

`advised` turns a refusal into one that states what to write here, with a `suggestion` of fields
that can be sent as they are, if they mean the same.
"""

from __future__ import annotations

from schedules.limits import CRON_LENGTH
from schedules.timing.dialects.advice import Advice
from schedules.timing.dialects.cron_lines import cron_line
from schedules.timing.dialects.durations import duration
from schedules.timing.dialects.functions import function
from schedules.timing.dialects.iso import iso
from schedules.timing.dialects.systemd import calendar
from schedules.timing.dialects.wrapped import wrapped
from schedules.timing.errors import TimingError

__all__ = ["Advice", "advised", "recognised"]

# Such as quotation marks, a zone before the expression and one after it.
_DEEPEST = 3


def advised(refusal: TimingError, expression: object) -> TimingError:
    """The refusal itself, or a better one if the syntax of another program is recognised."""
    if not isinstance(expression, str) or len(expression) > CRON_LENGTH:
        return refusal
    if not all(" " <= char <= "~" or char == "\t" for char in expression):
        return refusal
    advice = recognised(expression)
    if advice is None:
        return refusal
    return TimingError(refusal.field, advice.message, suggestion=advice.suggestion)


def recognised(text: str, depth: int = _DEEPEST) -> Advice | None:
    """What to write instead of `text`, which is not a cron expression here."""
    text = " ".join(text.split())
    if not text or not depth:
        return None
    return (
        wrapped(text, lambda inner: recognised(inner, depth - 1))
        or function(text)
        or iso(text)
        or duration(text)
        or calendar(text)
        or cron_line(text)
    )

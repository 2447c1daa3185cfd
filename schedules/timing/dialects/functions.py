"""`cron(...)`, `rate(...)` and `at(...)`, as AWS writes them."""

from __future__ import annotations

import re

from schedules.timing.dialects.advice import Advice, interval_advice
from schedules.timing.dialects.cron_lines import AWS, aws
from schedules.timing.dialects.durations import in_seconds
from schedules.timing.errors import quoted

_FUNCTION = re.compile(r"(cron|rate|at) ?\(([^()]*)\)", re.IGNORECASE)


def function(text: str) -> Advice | None:
    match = _FUNCTION.fullmatch(text)
    if match is None:
        return None
    name, inner = match[1].lower(), match[2].strip()
    if name == "cron":
        return aws(inner.split())
    if name == "at":
        return Advice(
            f"{AWS} For a single run set run_at to the time, {quoted(inner)}, in "
            "place of cron_expression."
        )
    seconds = in_seconds(inner.lower())
    if seconds is None:
        return Advice(
            "This is an AWS rate, such as rate(5 minutes). Set interval_seconds to its length in "
            "seconds, in place of cron_expression."
        )
    return interval_advice("This is an AWS rate.", seconds)

"""Advice on a timing that is written in the syntax of another program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from schedules.limits import INTERVAL_SECONDS
from schedules.timing.cron import parse
from schedules.timing.english import listing
from schedules.timing.errors import TimingError, quoted

Suggestion = Mapping[str, object]
_SHORTEST, _LONGEST = INTERVAL_SECONDS


@dataclass(frozen=True, slots=True)
class Advice:
    """`why` it is refused, and fields that mean the same here, if there are any."""

    why: str
    suggestion: Suggestion | None = None

    @property
    def message(self) -> str:
        if self.suggestion is None:
            return self.why
        fields = [
            f"{name} to {value}" if isinstance(value, int) else f'{name} to "{value}"'
            for name, value in self.suggestion.items()
            if name != "schedule_type"
        ]
        instead = (
            ""
            if "cron_expression" in self.suggestion
            else ", in place of cron_expression"
        )
        return f"{self.why} Set {listing(fields)}{instead}."


def cron_fields(expression: str) -> dict[str, object]:
    """The fields for a cron expression. Raises `TimingError` if it is not valid here."""
    parse(expression)
    return {"schedule_type": "cron", "cron_expression": expression}


def cron_advice(why: str, expression: str) -> Advice:
    try:
        return Advice(why, cron_fields(expression))
    except TimingError as error:
        text = f"{why} Its five fields would be {quoted(expression)}, but {error}"
        return Advice(text)


def interval_advice(why: str, seconds: Fraction) -> Advice:
    """Advice to use an interval of `seconds`, if that is a valid one."""
    if seconds.denominator == 1 and _SHORTEST <= seconds <= _LONGEST:
        whole = int(seconds)
        return Advice(why, {"schedule_type": "interval", "interval_seconds": whole})
    return Advice(
        f"{why} Set interval_seconds to a whole number from {_SHORTEST} to {_LONGEST}."
    )

"""What is said of a timing that is written as another program writes it."""

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
    """`why` it is refused, and the fields that mean the same here, if there are any."""

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
    """Raises `TimingError` if the expression is not accepted here."""
    parse(expression)
    return {"schedule_type": "cron", "cron_expression": expression}


def cron_advice(why: str, expression: str) -> Advice:
    try:
        return Advice(why, cron_fields(expression))
    except TimingError as error:
        told = f"{why} Its five fields would be {quoted(expression)}, but {error}"
        return Advice(told)


def interval_advice(why: str, seconds: Fraction) -> Advice:
    """An interval of `seconds`, if it can be one."""
    if seconds.denominator == 1 and _SHORTEST <= seconds <= _LONGEST:
        whole = int(seconds)
        return Advice(why, {"schedule_type": "interval", "interval_seconds": whole})
    return Advice(
        f"{why} Set interval_seconds, which takes a whole number from {_SHORTEST} to "
        f"{_LONGEST}."
    )

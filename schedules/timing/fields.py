"""The five fields of a cron expression: from text to numbers, or to a refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass

from schedules.timing.errors import TimingError, quoted

_MOST_DIGITS = 4
# fmt: off
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun",
           "jul", "aug", "sep", "oct", "nov", "dec")
# fmt: on
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")

_RANGE = re.compile(r"(?:\*|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:/([0-9]+))?")
_RANDOM = re.compile(r"[hr](?:\(.*\))?(?:/.*)?|.*~.*")


def refused(message: str) -> TimingError:
    """A refusal of the expression as a whole."""
    return TimingError("cron_expression", message)


@dataclass(frozen=True, slots=True)
class Field:
    """One of the five fields: its values from `low` to `high`. `*` and `n/2` end at `top`."""

    name: str
    low: int
    high: int
    top: int
    names: tuple[str, ...] = ()
    special: str = ""  # the special items that it accepts

    @property
    def size(self) -> int:
        return self.top - self.low + 1

    def number(self, text: str, item: str) -> int:
        """One value of `item`, written as a number or a name."""
        if text in self.names:
            return self.low + self.names.index(text)
        if not text.isdigit():
            raise self.not_valid(item)
        if len(text) > _MOST_DIGITS or not self.low <= int(text) <= self.high:
            raise self.refusal(item, f"is outside the range {self.low} to {self.high}.")
        return int(text)

    def at(self, number: int) -> str:
        """The text of a value: its name, if it has one."""
        return self.names[number - self.low] if self.names else str(number)

    def not_valid(self, item: str) -> TimingError:
        if _RANDOM.fullmatch(item):
            return self.refusal(
                item,
                "would be random; give a fixed value, and spread runs with jitter_seconds.",
            )
        names = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
        return self.refusal(
            item,
            f"is not valid; give {self.low} to {self.high}{names}, "
            f"or *, with lists (1,2), ranges (1-5) and steps (*/2){self.special}.",
        )

    def refusal(self, item: str, reason: str) -> TimingError:
        return refused(f"{self.name}: {quoted(item)} {reason}")

    def numbers(self, text: str) -> frozenset[int]:
        """All values of a list."""
        return frozenset(n for item in text.split(",") for n in self.values(item))

    def values(self, item: str) -> range:
        """The values of `*`, `n` or `n-m`, each perhaps with a `/step`."""
        match = _RANGE.fullmatch(item)
        if match is None:
            raise self.not_valid(item)
        first, last, step = match.groups()
        if first is None:
            low, high = self.low, self.top
        else:
            low, high = self._bounds(item, first, last)
        if first and step and not last:
            high = max(low, self.top)
        return range(low, high + 1, self._step(item, step))

    def _bounds(self, item: str, first: str, last: str | None) -> tuple[int, int]:
        low = self.number(first, item)
        high = self.number(last, item) if last else low
        if self is WEEKDAY and high == 0:
            high = 7 if low else 0
        if high < low:
            before = first if low == self.top else f"{first}-{self.at(self.top)}"
            after = last if high == self.low else f"{self.at(self.low)}-{last}"
            instead = f"two ranges: {before},{after}"
            if "/" in item:
                instead = "a list of its values"
            raise self.refusal(item, f"runs backwards; give {instead}.")
        return low, high

    def _step(self, item: str, step: str | None) -> int:
        if step is None:
            return 1
        if len(step) > _MOST_DIGITS or int(step) == 0:
            raise self.refusal(item, "has a step outside the range 1 to 9999.")
        return int(step)


MINUTE = Field("minute", 0, 59, top=59)
HOUR = Field("hour", 0, 23, top=23)
MONTHDAY = Field(
    "day of month",
    *(1, 31, 31),
    special="; or L (the last day), LW (the last weekday, Monday to Friday), 15W (the weekday "
    "nearest to day 15)",
)
MONTH = Field("month", 1, 12, 12, MONTHS)
# Sunday is 0 and 7; 7 becomes 0 once ranges such as fri-sun are written out.
WEEKDAY = Field(
    "weekday",
    *(0, 7, 6, WEEKDAYS),
    special="; or 5#2 (the second Friday), L5 (the last Friday)",
)

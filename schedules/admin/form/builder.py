"""The builder of common patterns: it writes the cron expression and reads it.

It has no value of its own. A press of one of its buttons writes the expression; what is shown
is always read from the expression.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schedules.models import ScheduleType
from schedules.timing.shapes import (
    BY_WEEKDAY,
    WEEK,
    WORKDAYS,
    Pattern,
    Shape,
    shape_of,
)

# The button of a pattern, with `SAME` for the one there is, and the inputs beside it.
SAME = "same"
PATTERN, DAYS, AT, MINUTE, MONTHDAY = (
    "_pattern",
    "pattern-days",
    "pattern-at",
    "pattern-minute",
    "pattern-monthday",
)
TITLES: dict[Pattern, str | Promise] = {
    # The sentence "Every {count} hours" has the same text for one.
    Pattern.HOUR: pgettext_lazy("common pattern", "Every hour"),
    Pattern.DAY: _("Every day"),
    Pattern.WORKDAYS: _("Every weekday"),
    Pattern.WEEK: _("Every week"),
    Pattern.MONTH: _("Every month"),
    Pattern.LAST_DAY: _("Last day of the month"),
    Pattern.QUARTER: _("Every quarter"),
}
_DAY_NAMES: dict[int, str | Promise] = {
    1: pgettext_lazy("short weekday", "Mon"),
    2: pgettext_lazy("short weekday", "Tue"),
    3: pgettext_lazy("short weekday", "Wed"),
    4: pgettext_lazy("short weekday", "Thu"),
    5: pgettext_lazy("short weekday", "Fri"),
    6: pgettext_lazy("short weekday", "Sat"),
    0: pgettext_lazy("short weekday", "Sun"),
}
_MONDAY = frozenset({1})
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::[0-9]{2})?")
_FIELD_NAMES = (
    _("minute"),
    _("hour"),
    _("day"),
    _("month"),
    _("weekday"),
)


@dataclass(frozen=True, slots=True)
class Builder:
    """What the builder shows of an expression."""

    expression: str
    shape: Shape | None

    @classmethod
    def of(cls, expression: object) -> Builder:
        text = expression if isinstance(expression, str) else ""
        return cls(text, shape_of(text))

    @property
    def is_custom(self) -> bool:
        return self.shape is None and bool(self.expression.strip())

    @property
    def patterns(self) -> list[tuple[str, str | Promise, bool]]:
        on = self.shape and self.shape.pattern
        return [(each.value, title, each is on) for each, title in TITLES.items()]

    @property
    def has_days(self) -> bool:
        return self.shape is not None and self.shape.pattern in BY_WEEKDAY | {
            Pattern.DAY
        }

    @property
    def days(self) -> list[tuple[int, str | Promise, bool]]:
        on = self.shape.weekdays if self.shape else frozenset[int]()
        if self.shape and self.shape.pattern is Pattern.DAY:
            on = frozenset(WEEK)
        return [(day, _DAY_NAMES[day], day in on) for day in WEEK]

    @property
    def has_monthday(self) -> bool:
        return self.shape is not None and self.shape.pattern in (
            Pattern.MONTH,
            Pattern.QUARTER,
        )

    @property
    def is_hourly(self) -> bool:
        return self.shape is not None and self.shape.pattern is Pattern.HOUR

    @property
    def at(self) -> str:
        return f"{self.shape.hour:02}:{self.shape.minute:02}" if self.shape else ""

    @property
    def key(self) -> list[tuple[str, str | Promise]]:
        """The five fields with their names."""
        words = self.expression.split()
        return list(zip(words, _FIELD_NAMES, strict=True)) if len(words) == 5 else []


def written(typed: QueryDict) -> dict[str, str]:
    """The fields that a press of a button of the builder writes, or a change of an input
    beside them."""
    pressed = typed.get(PATTERN, "")
    had = shape_of(typed.get("cron_expression", ""))
    if pressed == SAME and had:
        shape = _changed(typed, had)
    elif pressed in [*Pattern]:
        shape = _chosen(Pattern(pressed), had or Shape(Pattern.DAY))
    else:
        return {}
    return {
        "schedule_type": ScheduleType.CRON.value,
        "cron_expression": shape.expression,
    }


def _chosen(pattern: Pattern, had: Shape) -> Shape:
    """Another pattern at the same time of day."""
    days = WORKDAYS if pattern is Pattern.WORKDAYS else had.weekdays
    if pattern is Pattern.WEEK and had.pattern is not Pattern.WEEK:
        days = _MONDAY
    return replace(had, pattern=pattern, weekdays=days)


def _changed(typed: QueryDict, had: Shape) -> Shape:
    """The same pattern with the inputs as they are; those that are not valid count for
    nothing."""
    match = _CLOCK.fullmatch(typed.get(AT, ""))
    hour, minute = map(int, match.groups()) if match else (had.hour, had.minute)
    if had.pattern is Pattern.HOUR:
        minute = _number(typed.get(MINUTE, ""), 0, 59) or 0
    pattern, days = had.pattern, had.weekdays
    if pattern in BY_WEEKDAY | {Pattern.DAY}:
        chosen = {*typed.getlist(DAYS)}
        pattern, days = Pattern.WEEK, frozenset(d for d in WEEK if str(d) in chosen)
    monthday = _number(typed.get(MONTHDAY, ""), 1, 31) or had.monthday
    return Shape(pattern, hour, minute, days, monthday)


def _number(text: str, low: int, high: int) -> int | None:
    number = int(text) if re.fullmatch("[0-9]{1,2}", text) else -1
    return number if low <= number <= high else None

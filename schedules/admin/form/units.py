"""Numbers with their units: durations, which are saved in seconds, and counts."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from typing_extensions import override

UNITS: dict[str, tuple[int, str | Promise]] = {
    "seconds": (1, gettext_lazy("seconds")),
    "minutes": (60, gettext_lazy("minutes")),
    "hours": (3_600, gettext_lazy("hours")),
    "days": (86_400, gettext_lazy("days")),
}
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")


class Typed(str):
    """A number as it was typed, which is no whole number of seconds, with its unit."""

    unit: str

    def __new__(cls, text: str, unit: str) -> Typed:
        made = super().__new__(cls, text)
        made.unit = unit
        return made


class DurationInput(forms.TextInput):
    """A number and the select of its unit. Without a unit the number is of seconds."""

    template_name = "ostinato/schedules/form/widgets/duration.html"

    @override
    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        number = data.get(name)
        unit = data.get(f"{name}-unit", "")
        if not isinstance(number, str) or unit not in UNITS:
            return number
        number = number.strip()
        if not _NUMBER.fullmatch(number):
            return Typed(number, unit) if number else ""
        seconds = Fraction(number) * UNITS[unit][0]
        is_whole = seconds.denominator == 1
        return str(int(seconds)) if is_whole else Typed(number, unit)

    @override
    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        number, unit = parts_of(value)
        context = super().get_context(name, number, attrs)
        units = [(key, word, key == unit) for key, (_, word) in UNITS.items()]
        return context | {"units": units, "unit_name": f"{name}-unit"}


def parts_of(value: Any) -> tuple[Any, str]:
    """A number of seconds in the largest unit in which it is whole."""
    if isinstance(value, Typed):
        return str(value), value.unit
    text = str(value)
    if not (text.isdecimal() and len(text) <= 12 and int(text)):
        return value, "seconds"
    seconds = int(text)
    unit = next(
        key for key, (size, _) in reversed(UNITS.items()) if seconds % size == 0
    )
    return str(seconds // UNITS[unit][0]), unit


def in_words(seconds: int) -> str:
    """In the largest unit in which it is whole: "1 second", "7 days"."""
    text, unit = parts_of(seconds)
    number = int(text)
    counted = {
        "seconds": ngettext("{} second", "{} seconds", number),
        "minutes": ngettext("{} minute", "{} minutes", number),
        "hours": ngettext("{} hour", "{} hours", number),
        "days": ngettext("{} day", "{} days", number),
    }
    return counted[unit].format(number_format(number, force_grouping=True))


class CountInput(forms.TextInput):
    """A whole number, and the word that follows it."""

    template_name = "ostinato/schedules/form/widgets/count.html"

    def __init__(self, word: str | Promise = "") -> None:
        super().__init__()
        self._word = word

    @override
    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"word": self._word}


class BoundedField(forms.IntegerField):
    """A whole number within bounds; a refusal names both of them."""

    def __init__(
        self, *, bounds: tuple[int, int], is_duration: bool = False, **options: Any
    ) -> None:
        self._bounds, self._is_duration = bounds, is_duration
        for name in ("min_value", "max_value"):
            options.pop(name, None)
        super().__init__(**options)
        self.error_messages["invalid"] = self._accepted()

    def _accepted(self) -> str:
        low, high = self._bounds
        if self._is_duration:
            text = _("Enter a time from {} to {}.")
            return text.format(in_words(low), in_words(high))
        text = _("Enter a number from {} to {}.")
        shown = (number_format(each, force_grouping=True) for each in self._bounds)
        return text.format(*shown)

    @override
    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "numeric", "autocomplete": "off"}

    @override
    def validate(self, value: Any) -> None:
        super().validate(value)
        low, high = self._bounds
        if value is not None and not low <= value <= high:
            raise ValidationError(self._accepted(), code="invalid")

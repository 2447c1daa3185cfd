"""Weekdays of other programs, by the names that mean the same everywhere."""

from __future__ import annotations

import re

from schedules.timing.fields import WEEKDAYS

NAMES = WEEKDAYS

_FULL_NAMES = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")  # fmt: skip
_RANGE = re.compile(r"(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:/([0-9]{1,2}))?")
_NTH = re.compile(r"([a-z0-9]+)#([1-5])")
_LAST = re.compile(r"([0-9]|[a-z]{3})l")


def weekday(text: str, sunday: int = 0) -> int | None:
    """0 (Sunday) to 6; `sunday` is its number in the other program. None: not a weekday."""
    for names in (NAMES, _FULL_NAMES):
        if text in names:
            return names.index(text)
    is_number = len(text) == 1 and text.isdigit() and sunday <= int(text) <= 7
    return (int(text) - sunday) % 7 if is_number else None


def in_names(field: str, sunday: int = 0) -> str | None:
    """A weekday field with names instead of numbers; None if that is not possible."""
    items = [_item(item, sunday) for item in field.split(",")]
    return None if None in items else ",".join(item for item in items if item)


def _item(item: str, sunday: int) -> str | None:
    if item == "?":
        return "*"
    if item == "l":
        return "sat"  # the last day of a week that begins with Sunday
    if match := _NTH.fullmatch(item):
        day = weekday(match[1], sunday)
        return None if day is None else f"{NAMES[day]}#{match[2]}"
    if match := _LAST.fullmatch(item):
        day = weekday(match[1], sunday)
        return None if day is None else f"{NAMES[day]}L"
    match = _RANGE.fullmatch(item)
    return _range(match, sunday) if match else None


def _range(match: re.Match[str], sunday: int) -> str | None:
    first, last, step = match.groups()
    stepped = f"/{step}" if step else ""
    # Programs differ on the bounds of a step, unless they count like Quartz.
    if step and not last and sunday == 0:
        return None
    if first == "*":
        return None if last else f"*{stepped}"
    low, high = weekday(first, sunday), weekday(last or first, sunday)
    if low is None or high is None:
        return None
    if last is None:
        return f"{NAMES[low]}{stepped}"
    if low < high or (high == 0 < low):
        return f"{NAMES[low]}-{NAMES[high]}{stepped}"
    # Across the end of a week (6-2), or a whole week (0-7): a list here.
    end = high if first == last else min(high + 7, low + 6)
    days = range(low, end + 1, max(1, int(step or 1)))
    return ",".join(NAMES[day % 7] for day in days)

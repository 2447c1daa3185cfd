"""The formats of texts in arguments: dates, times, durations, UUIDs and decimals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_duration


def _instant(text: str) -> datetime | None:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else None


def _decimal(text: str) -> Decimal | None:
    found = Decimal(text)
    return found if found.is_finite() else None


# How a type is written, how it is read, and an example.
FORMATS: dict[Any, tuple[list[str], str, Callable[[str], Any], str]] = {
    date: (["string"], "date", date.fromisoformat, "a date such as 2026-11-28"),
    datetime: (
        ["string"],
        "date-time",
        _instant,
        "a date and time with its offset, such as 2026-11-28T09:30:00+01:00",
    ),
    time: (["string"], "time", time.fromisoformat, "a time such as 09:30:00"),
    timedelta: (
        ["string"],
        "duration",
        parse_duration,
        "a duration such as P1DT2H, PT5M or 00:05:00",
    ),
    UUID: (["string"], "uuid", UUID, "a UUID"),
    Decimal: (["string", "number"], "decimal", _decimal, "a number such as 12.50"),
}

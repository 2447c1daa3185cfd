"""The clock of the tests: what `timezone.now()` says, wherever it was imported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as day_time
from typing import Self
from unittest.mock import patch

from django.utils import timezone
from typing_extensions import override

from schedules.timing import resolve_local
from schedules.timing.zones import local_time

Moment = str | datetime | date | timedelta


class _AnyDatetime(type):
    """`isinstance(value, datetime)` is still true of every datetime."""

    @override
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime)


@contextmanager
def travelling(clock: Callable[[], datetime]) -> Iterator[None]:
    """Meanwhile Django's clock is `clock`.

    The name `datetime` in Django's module is replaced, not the function `now`: of that, models
    keep a reference in `default=timezone.now`.
    """

    class Travelling(datetime, metaclass=_AnyDatetime):
        @classmethod
        @override
        def now(cls, tz: tzinfo | None = None) -> Self:
            now = clock().astimezone(tz)
            return now if tz else now.replace(tzinfo=None)  # type: ignore[return-value]

    with patch("django.utils.timezone.datetime", Travelling):
        yield


def moment(to: Moment, zone: str, now: datetime) -> datetime:
    """The instant that a test means. A local time is one of `zone`, or of the current zone of
    Django; one that a clock change skips is read as a schedule reads it."""
    if isinstance(to, timedelta):
        return now + to
    if isinstance(to, str):
        to = _parsed(to)
    if not isinstance(to, datetime):
        to = datetime.combine(to, day_time())
    if to.tzinfo is not None:
        return to.astimezone(UTC)
    name = zone or timezone.get_current_timezone_name()
    return resolve_local(to, name, field="the time")


def shown(instant: datetime, zone: str = "") -> str:
    """An instant as a test would write it, with its offset."""
    local = local_time(instant, zone or timezone.get_current_timezone_name())
    seconds = ":%S" if local.second else ""
    return f"{local:%Y-%m-%d %H:%M{seconds}%z}"


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f'"{text}" is not a time: write it as "2026-03-29 03:00", with the zone as the '
            'second argument, or with an offset: "2026-03-29 03:00+02:00".'
        ) from None

"""Columns that several of the admin's pages show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString

from schedules.templatetags.schedule_display import both_times


def times(
    field: str, description: str, *, zone: str = "zone"
) -> Callable[..., SafeString]:
    """The instant in `field`, in the time zone that the row has in `zone`, and in UTC: as a
    method of a page, or as a column by itself."""

    @admin.display(description=description, ordering=field)
    def column(*of: Any) -> SafeString:
        row = of[-1]
        return both_times(getattr(row, field), getattr(row, zone))

    return column

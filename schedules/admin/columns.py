"""Columns and filters that several pages share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, cast

from django.contrib import admin
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from typing_extensions import override

from schedules.templatetags.schedule_display import both_times
from workflows.admin.outcomes import shown_choice


def titled_filter(
    title: str | Promise, without: Collection[str] = ()
) -> type[admin.FieldListFilter]:
    """A filter by the choices of a field, under a title other than the field's name.

    Choices in `without` are not offered.
    """

    class TitledFilter(admin.ChoicesFieldListFilter):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.title = cast("Any", title)

        @override
        def choices(self, changelist: Any) -> Iterator[Any]:
            hidden = [
                label for value, label in self.field.flatchoices if value in without
            ]
            for choice in super().choices(changelist):
                if choice["display"] not in hidden:
                    yield {**choice, "display": shown_choice(choice)}

    return TitledFilter


def times(
    field: str, description: str | Promise, *, zone: str = "zone"
) -> Callable[..., SafeString]:
    """A column with the time in `field`, in UTC and in the time zone that the attribute
    `zone` of the row names. It works as a method of an admin class and by itself."""

    @admin.display(description=cast("Any", description), ordering=field)
    def column(*self_and_row: Any) -> SafeString:
        row = self_and_row[-1]
        return both_times(getattr(row, field), getattr(row, zone))

    return column

"""The filter by outcome of lists of runs and executions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from workflows.display.marks import run_mark


class OutcomeFilter(admin.ChoicesFieldListFilter):
    """The statuses, by the words and marks that pages have for them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("Outcome")

    @override
    def choices(self, changelist: Any) -> Iterator[Any]:
        any_outcome, *others = super().choices(changelist)
        yield any_outcome
        for choice, (value, _label) in zip(others, self.field.flatchoices, strict=True):
            mark = run_mark(value)
            yield {**choice, "display": mark.word, "mark": mark}

"""The filters by outcome and by kind of failure of lists of runs and executions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from workflows.display.languages import in_language
from workflows.display.marks import run_mark
from workflows.registry import registry

# What the type of a component begins with that starts executions.
TRIGGER = "trigger_"


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


class FailureFilter(admin.ChoicesFieldListFilter):
    """The kinds of failure."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("Failure")

    @override
    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": shown_choice(choice)}


class TriggerFilter(admin.AllValuesFieldListFilter):
    """The kinds of triggers that there are, by the labels of their components: to look for all
    that executions ever had would read every one of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("Trigger")
        types = [component.type for component in registry.all()]
        self.lookup_choices = [  # type: ignore[assignment]  # any iterable will do
            each.removeprefix(TRIGGER) for each in types if each.startswith(TRIGGER)
        ]

    @override
    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": trigger_word(choice["display"])}


def shown_choice(choice: Any) -> str:
    """A choice of a filter in the language of the page."""
    return in_language(choice["display"])


def trigger_word(kind: Any) -> str:
    """What pages call a kind of trigger."""
    component = registry.get(f"{TRIGGER}{kind}")
    return in_language(component.label) if component else str(kind)

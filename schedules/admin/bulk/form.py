"""The inputs of a bulk action: the note, and what its verb takes besides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from schedules import limits
from schedules.models import BulkAction, CatchupPolicy
from schedules.services.bulk_actions.verbs import OPTIONS, check_inputs
from workflows.kit.errors import DomainError


class TagsField(forms.CharField):
    """Tags with commas between them."""

    @override
    def to_python(self, value: Any) -> Any:
        words = (super().to_python(value) or "").split(",")
        return [word.strip() for word in words if word.strip()]

    @override
    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class InputsForm(forms.Form):
    """Only the inputs of the verb. The service checks them."""

    note = forms.CharField(
        label=_("Note"), required=False, max_length=limits.NOTE_LENGTH
    )
    catch_up = forms.ChoiceField(
        choices=CatchupPolicy.choices, initial=CatchupPolicy.NONE
    )
    add_tags = TagsField(label=_("Add tags"), required=False)
    remove_tags = TagsField(label=_("Remove tags"), required=False)

    def __init__(self, action: BulkAction, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._verb = action.verb
        self._options = OPTIONS.get(action.verb, ())
        for name in [*self.fields]:
            if name not in ("note", *self._options):
                del self.fields[name]

    @property
    def note_given(self) -> str:
        note: str = self.cleaned_data.get("note", "")
        return note

    @property
    def options(self) -> Mapping[str, Any]:
        found = {name: self.cleaned_data.get(name) for name in self._options}
        return {name: value for name, value in found.items() if value}

    @override
    def clean(self) -> None:
        if self.errors:
            return
        try:
            check_inputs(self._verb, self.note_given, self.options)
        except DomainError as refusal:
            for field, why in refusal.errors.items():
                self.add_error(field, why)

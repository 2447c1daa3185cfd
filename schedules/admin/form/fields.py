"""The form fields of a schedule. They parse; the services validate."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.utils.dateparse import parse_datetime
from typing_extensions import override

from schedules.services.drafts.fields import FieldSpec, Kind
from schedules.timing import zones
from workflows.kit.json_value import UNSTORABLE
from workflows.models import WorkflowNode

if TYPE_CHECKING:
    TriggerNodeBase = forms.ModelChoiceField[WorkflowNode]
else:
    TriggerNodeBase = forms.ModelChoiceField


class WallTimeField(forms.DateTimeField):
    """A wall time in the schedule's time zone. The value is naive; the service resolves it."""

    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
    )

    @override
    def to_python(self, value: Any) -> datetime | None:
        if isinstance(value, datetime) or value in self.empty_values:
            return value or None
        try:
            moment = parse_datetime(value.strip())
        except ValueError:  # well-formed, but the day or the hour does not exist
            moment = None
        if moment is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class TagsField(forms.CharField):
    """A list of words, separated by commas."""

    def __init__(self, *, encoder: None, decoder: object, **options: Any) -> None:
        """Drop the JSON encoder and decoder that Django passes for this column."""
        super().__init__(**options)

    @override
    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    @override
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        words = value if isinstance(value, list) else text.split(",")
        return list(dict.fromkeys(word.strip() for word in words if word.strip()))

    @override
    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data or "") != (initial or []))


class PayloadField(forms.JSONField):
    """JSON. What Python's parser cannot handle is a validation error, not a crash.

    A hundred thousand brackets raise RecursionError, five thousand digits ValueError.
    """

    @override
    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (RecursionError, ValueError):
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": "…"}
            ) from None

    @override
    def prepare_value(self, value: Any) -> Any:
        shown = super().prepare_value(value)
        # Half a surrogate pair is refused, and displayed as it was typed: escaped.
        is_whole = isinstance(value, InvalidJSONInput) or not UNSTORABLE.search(shown)
        return shown if is_whole else json.dumps(value)

    @override
    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except (RecursionError, ValueError):
            return InvalidJSONInput(data)


class TriggerNodeField(TriggerNodeBase):
    """Nodes of several workflows in one list, labelled with their workflow. A removed node is
    told from the others."""

    @override
    def label_from_instance(self, obj: WorkflowNode) -> str:
        name = f"{obj.workflow.name} · {obj}"
        return f"{name} (removed)" if obj.removed_at else name


class ZoneInput(forms.TextInput):
    """A text input that suggests the names of all time zones."""

    template_name = "schedules/admin/zone_input.html"

    @override
    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return context | {"zones": sorted(zones.timezone_names())}


ANY_TYPE = ("", "Automatic")
_BY_KIND: dict[Kind, dict[str, Any]] = {
    Kind.TIME: {"form_class": WallTimeField, "widget": WallTimeField.widget},
    Kind.NODE: {"form_class": TriggerNodeField},
    Kind.OBJECT: {
        "form_class": PayloadField,
        "decoder": None,  # invalid JSON is refused
        "widget": forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"}),
    },
    Kind.WORDS: {"form_class": TagsField, "widget": forms.TextInput},
}


def form_options(field: FieldSpec) -> dict[str, Any]:
    """Options of the form field, in addition to those that come from the model field."""
    options = {"show_hidden_initial": False, **_BY_KIND.get(field.kind, {})}
    if field.implied:
        options["required"] = False
        if field.kind is Kind.CHOICE:
            options["choices"] = [ANY_TYPE, *field.column.flatchoices]
    if field.name == "timezone":
        options["widget"] = ZoneInput
    return options

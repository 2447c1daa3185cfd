"""Form fields for the arguments of a callable, made from the JSON schema of its parameters.

They parse; the service checks the arguments against the signature.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from schedules.admin.form.fields import PayloadField, WallTimeField
from schedules.admin.form.object_input import object_field
from schedules.templatetags.schedule_display import local_time
from workflows.callables import Target

PREFIX = "argument-"
FURTHER = "further-arguments"
NOTHING = ("", "---------")
JSON_HELP = gettext_lazy("JSON: a text stands in double quotes.")
UNSET: Any = object()


@dataclass(frozen=True, slots=True)
class Page:
    """The page that the fields are for."""

    request: HttpRequest
    site: admin.AdminSite
    zone: str


def argument_fields(
    target: Target, arguments: Mapping[str, Any], page: Page
) -> dict[str, forms.Field]:
    """A field for each parameter, by its name in the form. `arguments` are those that the
    schedule has, which the fields show; else they show the defaults."""
    required = target.schema["required"]
    fields = {
        f"{PREFIX}{name}": _field(
            name,
            schema,
            arguments.get(name, UNSET),
            page,
            required=name in required,
        )
        for name, schema in target.schema["properties"].items()
    }
    if target.schema["additionalProperties"] is not False:
        rest = {
            name: value
            for name, value in arguments.items()
            if f"{PREFIX}{name}" not in fields
        }
        fields[FURTHER] = _json(
            label=_("Further arguments"),
            required=False,
            help_text=_("A JSON object of arguments by name."),
            initial=rest or None,
        )
    return fields


def _field(
    name: str, schema: dict[str, Any], stored: Any, page: Page, *, required: bool
) -> forms.Field:
    kind, nullable = without_null(schema)
    default = schema.get("default", UNSET)
    shown = default if stored is UNSET else stored
    about = [kind.get("description", "")]
    if default is not UNSET and default is not None:
        about.append(_("Default: {}.").format(_in_words(default)))
    options = {
        "label": name.replace("_", " ").capitalize(),
        "required": required and not nullable,
        "help_text": " ".join(filter(None, about)),
        "initial": None if shown is UNSET else shown,
    }
    return _make(kind, options, page)


def _make(kind: dict[str, Any], options: dict[str, Any], page: Page) -> forms.Field:
    if "enum" in kind:
        return _choice(kind["enum"], options)
    if model := kind.get("x-model"):
        return object_field(apps.get_model(model), page.request, page.site, **options)
    if kind.get("format") == "date-time":
        return InstantField(page.zone, **options)
    types = kind.get("type")
    one = types[0] if isinstance(types, list) else types
    make = FORMATS.get(kind.get("format", "")) or TYPES.get(str(one))
    if make is None:
        return _json(**_with_help(options, JSON_HELP))
    return make(**options)


def _choice(values: list[Any], options: dict[str, Any]) -> forms.Field:
    choices = [(json.dumps(value), _in_words(value)) for value in values]
    if options["initial"] is None:
        choices.insert(0, NOTHING)
    else:
        options = options | {"initial": json.dumps(options["initial"])}
    return forms.TypedChoiceField(
        choices=choices, coerce=json.loads, empty_value=None, **options
    )


def _yes_or_no(**options: Any) -> forms.Field:
    if options["required"] or options["initial"] is not None:
        return forms.BooleanField(**options | {"required": False})
    return _choice([True, False], options)


def _json(**options: Any) -> forms.Field:
    area = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
    return AnyField(widget=area, **options)


def _duration(**options: Any) -> forms.Field:
    about = _("Such as 00:05:00, or PT5M; with days: P1DT2H.")
    return forms.CharField(**_with_help(options, about))


def _with_help(options: dict[str, Any], text: str | Promise) -> dict[str, Any]:
    return options | {"help_text": f"{options['help_text']} {text}".strip()}


def _input(kind: str) -> forms.Widget:
    return {"date": forms.DateInput, "time": forms.TimeInput}[kind](
        attrs={"type": kind}, format={"date": "%Y-%m-%d", "time": "%H:%M:%S"}[kind]
    )


class AnyField(PayloadField):
    """Any JSON. Empty: no value."""

    @override
    def prepare_value(self, value: Any) -> Any:
        return None if value is None else super().prepare_value(value)


class ExactField(forms.CharField):
    """A number with its digits as they are written, or a text that the service reads."""

    @override
    def prepare_value(self, value: Any) -> Any:
        return None if value is None else str(value)


class InstantField(WallTimeField):
    """A time in the zone of the schedule. The value is naive until the form knows the zone."""

    def __init__(self, zone: str, **options: Any) -> None:
        self._zone = zone
        super().__init__(**options)

    @override
    def prepare_value(self, value: Any) -> Any:
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            return value
        return local_time(instant, self._zone) if instant.tzinfo else instant

    @override
    def has_changed(self, initial: Any, data: Any) -> bool:
        shown = self.prepare_value(initial)
        before = shown.replace(tzinfo=None) if isinstance(shown, datetime) else None
        try:
            return bool(self.to_python(data) != before)
        except forms.ValidationError:
            return True


Make = Callable[..., forms.Field]
TYPES: dict[str, Make] = {
    "string": partial(forms.CharField, strip=False),
    "integer": forms.IntegerField,
    "number": forms.FloatField,
    "boolean": _yes_or_no,
}
FORMATS: dict[str, Make] = {
    "date": lambda **options: forms.DateField(widget=_input("date"), **options),
    "time": lambda **options: forms.TimeField(widget=_input("time"), **options),
    "duration": _duration,
    "uuid": ExactField,
    "decimal": ExactField,
}


def without_null(schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The schema of an optional type without its null; of others, the schema itself."""
    members = schema.get("anyOf", [])
    others = [member for member in members if member.get("type") != "null"]
    if len(others) != 1:
        return schema, len(others) < len(members)
    about = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**others[0], **about}, len(members) > 1


def _in_words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

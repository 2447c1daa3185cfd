"""The arguments of a call, read from its fields, and the fields at which refusals are shown."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from schedules.admin.form.argument_fields import FURTHER, PREFIX, InstantField
from schedules.admin.form.what_runs import Choice
from schedules.timing import TimingError, resolve_local
from schedules.timing.zones import local_time
from workflows.schemas.plain import plain

STEP = re.compile(r"[.\[]")


def arguments_in(form: forms.BaseForm, choice: Choice) -> dict[str, Any]:
    """The arguments that the fields contain, as plain data.

    What was not changed is as the schedule has it, and a default that was not changed is left
    out: the code may change it.
    """
    found = dict(_given(form, choice))
    further = form.cleaned_data.get(FURTHER)
    if further is not None and not isinstance(further, dict):
        form.add_error(FURTHER, _("Must be a JSON object of arguments by name."))
        return found
    return {**(further or {}), **found}


def _given(form: forms.BaseForm, choice: Choice) -> Iterator[tuple[str, Any]]:
    assert choice.target is not None
    required = choice.target.schema["required"]
    for key, field in form.fields.items():
        if not key.startswith(PREFIX):
            continue
        name = key.removeprefix(PREFIX)
        value = form.cleaned_data.get(key)
        is_changed = key in form.changed_data
        if not is_changed and name in choice.arguments:
            yield name, choice.arguments[name]
        elif name in required or (is_changed and _is_value(field, value)):
            yield name, _plain(form, key, value)


def _is_value(field: forms.Field, value: Any) -> bool:
    """An empty text is a value where the field showed another one."""
    return value not in (None, "") or (type(field) is forms.CharField and value == "")


def _plain(form: forms.BaseForm, key: str, value: Any) -> Any:
    if not isinstance(form.fields[key], InstantField) or not isinstance(
        value, datetime
    ):
        return plain(value)
    zone = form.cleaned_data.get("timezone") or "UTC"
    try:
        return local_time(resolve_local(value, zone), zone).isoformat()
    except TimingError as error:
        form.add_error("timezone" if error.field == "timezone" else key, str(error))
        return None


def place_of_argument(fields: Container[str], path: str) -> tuple[str, str] | None:
    """The field that shows what the service says about `arguments.<path>`, and the rest of
    the path, which is put before the text. None for other fields."""
    whole, _, path = path.partition(".")
    if whole != "arguments" or (FURTHER not in fields and not path):
        return ("call", "") if whole == "arguments" else None
    name = STEP.split(path)[0]
    rest = path[len(name) :].lstrip(".")
    before = f"{rest}: " if rest else ""
    if f"{PREFIX}{name}" in fields:
        return f"{PREFIX}{name}", before
    return (FURTHER, f"{path}: ") if FURTHER in fields else ("call", f"{path}: ")

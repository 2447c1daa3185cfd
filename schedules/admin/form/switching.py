"""What was typed for one callable, when a person chooses another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import copy
from typing import Any, cast

from schedules.admin.form.argument_fields import PREFIX, without_null
from schedules.admin.form.what_runs import FIELDS_OF, Choice

# What two parameters of one kind may differ in.
_ASIDE = {"default", "description", "title"}


def fitting(typed: Mapping[str, Any], choice: Choice) -> Mapping[str, Any]:
    """What was typed. Of the arguments of another callable, whose fields were shown before,
    one stays where the new callable has it too, of the same kind: not a text that would
    become a number, and not a default, which the new callable has of its own."""
    shown = choice.offered.get(typed.get(FIELDS_OF, choice.name))
    if shown is None or choice.target is None or shown.name == choice.target.name:
        return typed
    had = shown.schema["properties"]
    has = choice.target.schema["properties"]
    dropped = {
        f"{PREFIX}{name}"
        for name in had.keys() & has.keys()
        if _kind(had[name]) != _kind(has[name])
        or _is_default(typed.get(f"{PREFIX}{name}"), had[name])
    }
    left = cast("dict[str, Any]", copy(typed))
    for name in dropped & typed.keys():
        del left[name]
    return left


def _kind(schema: dict[str, Any]) -> dict[str, Any]:
    kind, _ = without_null(schema)
    return {name: value for name, value in kind.items() if name not in _ASIDE}


def _is_default(text: object, schema: dict[str, Any]) -> bool:
    """Whether the field was left as it was shown."""
    default = schema.get("default")
    if default is None:
        return not text
    return text in (str(default), json.dumps(default), "on" if default is True else "")

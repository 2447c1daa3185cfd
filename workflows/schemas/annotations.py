"""Annotations of configuration schemas: what a form needs to know and JSON Schema cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from workflows.schemas.check import subschemas

PREFIX = "x-"
MAX_UNIT = 12
# With which the form lets a person fill in a field, instead of a plain input.
WIDGETS = ("code", "textarea", "function", "workflow", "schedule", "secret")


def _unit_problem(unit: Any) -> str:
    is_unit = isinstance(unit, str) and 0 < len(unit) <= MAX_UNIT
    return "" if is_unit else f"must be a text of 1 to {MAX_UNIT} characters"


def _widget_problem(widget: Any) -> str:
    return "" if widget in WIDGETS else f"must be one of {', '.join(WIDGETS)}"


ANNOTATIONS: dict[str, Callable[[Any], str]] = {
    "x-unit": _unit_problem,
    "x-widget": _widget_problem,
}


def annotation_problems(schema: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the annotations of a schema and of its parts."""
    for part in subschemas(schema):
        for name, value in part.items() if isinstance(part, Mapping) else ():
            if not name.startswith(PREFIX):
                continue
            if name not in ANNOTATIONS:
                yield f"{name} is unknown. The annotations are {', '.join(ANNOTATIONS)}."
            elif problem := ANNOTATIONS[name](value):
                yield f"{name} {problem}."


def without_annotations(part: Mapping[str, Any]) -> dict[str, Any]:
    """A field of a schema as a model sees it."""
    return {name: value for name, value in part.items() if not name.startswith(PREFIX)}

"""Checks the declaration of a component when it is registered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, SchemaError

from workflows.kit.json_paths import EACH, schema_at
from workflows.kit.lucide_icons import icon_names
from workflows.schemas.annotations import annotation_problems

# The categories of the palette in its order, and the colour of their components. A
# component may have a colour of its own.
CATEGORIES = {
    "Triggers": "#0f766e",
    "Scheduler": "#d98a04",
    "Agents": "#7447d1",
    "Logic": "#5f6b7a",
    "Actions": "#2f6fd6",
}


def palette_place(component: Any) -> tuple[int, str, int, str]:
    """Sorts components as a palette shows them: the categories of a site come last, and
    within a category what has no place of its own, by its label."""
    known = list(CATEGORIES)
    category = component.category
    rank = known.index(category) if category in CATEGORIES else len(known)
    return rank, category, component.place, component.label


def declaration_problems(type_: str, component: Any) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", type_):
        yield "the type must consist of lowercase letters, digits and underscores."
    yield from _appearance_problems(component)
    yield from _schema_problems(component)
    if component.__abstractmethods__:
        yield "the class must define run()."


def _appearance_problems(component: Any) -> Iterator[str]:
    for name in ("label", "description", "category"):
        if not getattr(component, name):
            yield f"the {name} is missing."
    if component.icon not in icon_names():
        yield f'the icon "{component.icon}" is not a valid name of a Lucide icon.'
    colour = component.colour or CATEGORIES.get(component.category, "")
    if not re.fullmatch(r"#[0-9a-f]{6}", colour):
        yield f'the colour "{colour}" is not valid. Example: #2563eb.'
    if component.kind not in ("trigger", "action"):
        yield f'the kind "{component.kind}" must be "trigger" or "action".'
    if (component.kind == "trigger") == bool(component.inputs):
        yield "a trigger must have no inputs, and an action must have at least one."


def _schema_problems(component: Any) -> Iterator[str]:
    schema = component.config_schema
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        yield f"the configuration schema is not valid: {error.message}"
        return
    if (
        schema.get("type") != "object"
        or schema.get("additionalProperties") is not False
    ):
        yield "the schema must describe an object without additional properties."
    for problem in annotation_problems(schema):
        yield f"the annotation {problem}"
    yield from _field_problems(component)


def _field_problems(component: Any) -> Iterator[str]:
    schema = component.config_schema
    templates = {*component.text_templates, *component.value_templates}
    if unknown := templates - schema.get("properties", {}).keys():
        yield f"the schema has no field named {', '.join(sorted(unknown))}."
    for path in (*component.port_fields, *component.condition_fields):
        if (schema_at(schema, path) or {}).get("type") != "string":
            yield f"the schema has no text at {path}."
    for path in component.port_fields:
        if EACH not in path and "default" not in (schema_at(schema, path) or {}):
            yield f"the port at {path} needs a default in the schema."

"""The messages of JSON Schema validation.

Those of the library repeat the value, which may be a secret, in Python's notation.
"""

from __future__ import annotations

import json
import re
from typing import Any

from jsonschema.exceptions import ValidationError

MAX_LENGTH = 300
TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a JSON object",
    "null": "null",
}
# By the keyword that is violated; `{}` is its value in the schema.
MESSAGES = {
    "const": "Must be {}.",
    "minimum": "Must be at least {}.",
    "maximum": "Must be at most {}.",
    "exclusiveMinimum": "Must be more than {}.",
    "exclusiveMaximum": "Must be less than {}.",
    "multipleOf": "Must be a multiple of {}.",
    "minLength": "Must have at least {} characters.",
    "maxLength": "Must have at most {} characters.",
    "pattern": "Must match the pattern {}",  # a full stop would seem part of it
    "format": "Must be a valid {}.",
    "minItems": "Must have at least {} items.",
    "maxItems": "Must have at most {} items.",
    "uniqueItems": "Must not repeat an item.",
    "minProperties": "Must have at least {} fields.",
    "maxProperties": "Must have at most {} fields.",
}
# The same where the schema names the fields.
FIELDS = {"minProperties": "Set at least {}", "maxProperties": "Set at most {}"}
ONE_OF_MANY = re.compile(r"\b(1) (character|item|field)s([ .])")


def message_of(error: ValidationError) -> str:
    """The problem as a sentence of at most 300 characters, without the value."""
    message = _message_of(error)
    if "propertyNames" in list(error.absolute_schema_path)[-2:-1]:
        message = f"The name of a field is not valid. {message}"
    return message[:MAX_LENGTH]


def _message_of(error: ValidationError) -> str:
    rule = str(error.validator)
    wanted: Any = error.validator_value
    if rule == "type":
        return _one_of_types(wanted if isinstance(wanted, list) else [wanted])
    ways = error.context or []
    if rule == "anyOf" and all(way.validator == "type" for way in ways):
        return _one_of_types([str(way.validator_value) for way in ways])
    if rule == "enum":
        return f"Must be one of {', '.join(map(_shown, wanted))}."
    names = error.schema.get("properties") if isinstance(error.schema, dict) else None
    if rule in FIELDS and names:
        return f"{FIELDS[rule].format(wanted)} of {', '.join(names)}."
    message = MESSAGES.get(rule, "This value is not valid here.").format(_shown(wanted))
    return ONE_OF_MANY.sub(r"\1 \2\3", message)


def _one_of_types(names: list[str]) -> str:
    return f"Must be {' or '.join(TYPES.get(name, name) for name in names)}."


def _shown(wanted: Any) -> str:
    return wanted if isinstance(wanted, str) else json.dumps(wanted)

"""What JSON schema finds wrong, in words of our own.

Those of its library repeat the value, which may be a secret, as Python writes it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from jsonschema.exceptions import ValidationError

MOST = 300
TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a JSON object",
    "null": "null",
}
# By the keyword that is not kept, with what the schema wants of it.
WORDS = {
    "const": "Must be {}.",
    "minimum": "Must be at least {}.",
    "maximum": "Must be at most {}.",
    "exclusiveMinimum": "Must be more than {}.",
    "exclusiveMaximum": "Must be less than {}.",
    "multipleOf": "Must be a multiple of {}.",
    "minLength": "Must have {} characters or more.",
    "maxLength": "Must have {} characters or fewer.",
    "pattern": "Must match the pattern {}",  # which a full stop would change
    "format": "Must be a valid {}.",
    "minItems": "Must have {} items or more.",
    "maxItems": "Must have {} items or fewer.",
    "uniqueItems": "No item may come twice.",
    "minProperties": "Must have {} fields or more.",
    "maxProperties": "Must have {} fields or fewer.",
}
# The same where it is known which fields there are.
FIELDS = {"minProperties": "Give at least {}", "maxProperties": "Give at most {}"}
ONE_OF_MANY = re.compile(r"\b(1) (character|item|field)s ")


def message_of(error: ValidationError) -> str:
    """What is wrong, without the value: at most 300 characters."""
    told = _told(error)
    if "propertyNames" in list(error.absolute_schema_path)[-2:-1]:
        told = f"The name of a field: {told}"
    return told[:MOST]


def _told(error: ValidationError) -> str:
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
    told = WORDS.get(rule, "It does not fit here.").format(_shown(wanted))
    return ONE_OF_MANY.sub(r"\1 \2 ", told)


def _one_of_types(names: list[str]) -> str:
    return f"Must be {' or '.join(TYPES.get(name, name) for name in names)}."


def _shown(wanted: Any) -> str:
    return wanted if isinstance(wanted, str) else json.dumps(wanted)

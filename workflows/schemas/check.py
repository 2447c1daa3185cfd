"""Validates JSON schemas themselves, in limited time.

Checking takes about a third of a millisecond for each schema inside a schema, and much
longer for repeated references: the size is counted before anything is checked, and every
part is checked once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, SchemaError

MAX_PARTS = 500  # of the schemas of one graph: some 0.2 s to check
MAX_PATTERN = 200
MAX_MESSAGE = 300
SCALARS_A_PART = 20  # this many plain values in lists take as long as one schema
ONE_SCHEMA = {
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
}
SCHEMAS_IN_A_LIST = {"allOf", "anyOf", "oneOf", "prefixItems"}
SCHEMAS_BY_NAME = {
    "$defs",
    "definitions",
    "dependentSchemas",
    "patternProperties",
    "properties",
}


def parts(schema: Any) -> int:
    """The size of a schema: its objects and booleans, and a share of everything else."""
    schemas = plain = 0
    for part in _everything(schema):
        if isinstance(part, dict | bool):
            schemas += 1
        else:
            plain += 1
        if isinstance(part, list) and not _can_be_sorted(part):
            schemas += sum(not isinstance(item, dict | bool) for item in part)
    return schemas + plain // SCALARS_A_PART


def _can_be_sorted(values: list[Any]) -> bool:
    """Whether sorting finds a repeated value; otherwise each is compared with all others."""
    return all(isinstance(item, str) for item in values) or all(
        isinstance(item, int | float) for item in values
    )


def schema_problem(schema: Any) -> str | None:
    """Why a value is not a JSON schema, as a sentence; None if it is one."""
    if parts(schema) > MAX_PARTS:
        return f"The schema has more than {MAX_PARTS} parts."
    if any(len(pattern) > MAX_PATTERN for pattern in _patterns(schema)):
        return f"A pattern has more than {MAX_PATTERN} characters."
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return f"This is not a valid JSON schema: {error.message}"[:MAX_MESSAGE]
    except RecursionError:
        return "The schema is nested too deeply."
    except (ArithmeticError, ValueError):
        # For example a pattern that repeats something 10 ** 20 times.
        return "This is not a valid JSON schema: a number is too large."
    return None


def declaration_problem(schema: Mapping[str, Any]) -> str | None:
    """The same for a schema that the site declares. Each of its fields is checked once per
    process, since tools declare many variants that leave some fields out."""
    properties = schema.get("properties", {})
    if not isinstance(properties, Mapping) or not _are_names(
        schema.get("required", [])
    ):
        return schema_problem(schema)
    shell = {**schema, "properties": {}, "required": []}
    problems = (
        _known_problem(json.dumps(part)) for part in (shell, *properties.values())
    )
    return next(filter(None, problems), None)


def subschemas(schema: Any) -> Iterator[Any]:
    """The schema itself and every subschema that the standard defines."""
    yield schema
    if not isinstance(schema, Mapping):
        return
    for name, part in schema.items():
        inner: Any = ()
        if name in ONE_SCHEMA:
            inner = (part,)
        elif name in SCHEMAS_IN_A_LIST and isinstance(part, list):
            inner = part
        elif name in SCHEMAS_BY_NAME and isinstance(part, Mapping):
            inner = part.values()
        for each in inner:
            yield from subschemas(each)


@lru_cache(maxsize=1024)
def _known_problem(text: str) -> str | None:
    return schema_problem(json.loads(text))


def _are_names(required: Any) -> bool:
    return isinstance(required, list) and all(
        isinstance(name, str) for name in required
    )


def _patterns(schema: Any) -> Iterator[str]:
    for part in _everything(schema):
        if isinstance(part, dict):
            pattern, by_pattern = part.get("pattern"), part.get("patternProperties")
            if isinstance(pattern, str):
                yield pattern
            if isinstance(by_pattern, dict):
                yield from by_pattern


def _everything(value: Any) -> Iterator[Any]:
    ahead = [value]
    while ahead:
        item = ahead.pop()
        yield item
        if isinstance(item, dict):
            ahead += item.values()
        elif isinstance(item, list):
            ahead += item

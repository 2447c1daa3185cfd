"""Whether a JSON schema is one, asked within bounds.

Checking a schema takes about a third of a millisecond for each schema inside it, and much
longer for what follows references again and again: size is counted before anything is
checked, and every part is checked once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, SchemaError

MAX_PARTS = 500  # of the schemas of one graph: some 0.2 s to check
MAX_PATTERN = 200
MAX_TOLD = 300
SCALARS_A_PART = 20  # so many plain values in lists take as long as one schema
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
    """How large a schema is: the objects and the true and false in it, and a share of all else."""
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
    """Else whether one comes twice is found by comparing each of them with all others."""
    return all(isinstance(item, str) for item in values) or all(
        isinstance(item, int | float) for item in values
    )


def schema_problem(schema: Any) -> str | None:
    """Why it is no JSON schema, as a sentence; None if it is one."""
    if parts(schema) > MAX_PARTS:
        return f"It has more than {MAX_PARTS} parts."
    if any(len(pattern) > MAX_PATTERN for pattern in _patterns(schema)):
        return f"A pattern in it has more than {MAX_PATTERN} characters."
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return f"It is no JSON schema: {error.message}"[:MAX_TOLD]
    except RecursionError:
        return "It is nested too deeply."
    except (ArithmeticError, ValueError):
        # As of a pattern that repeats something 10 ** 20 times.
        return "It is no JSON schema: a number in it is too large."
    return None


def declaration_problem(schema: Mapping[str, Any]) -> str | None:
    """The same for a schema that the site declares: the parts of one are the parts of many
    that leave some of its fields out, and each is checked once."""
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
    """The schema and each schema in it, where the standard says that one is."""
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

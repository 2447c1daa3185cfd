"""Paths in JSON such as `cases[].port`: the field `port` of each item of the list `cases`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

EACH = "[]"


def values_at(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every value at `path`, each with its own path (`cases[0].port`). A value of another
    shape has none."""
    name, _, rest = path.partition(".")
    field = name.removesuffix(EACH)
    if not isinstance(value, Mapping) or field not in value:
        return
    found = [(field, value[field])]
    if name != field:
        items = value[field] if isinstance(value[field], list) else []
        found = [(f"{field}[{index}]", item) for index, item in enumerate(items)]
    for own, inner in found:
        if rest:
            for below, each in values_at(inner, rest):
                yield f"{own}.{below}", each
        else:
            yield own, inner


def schema_at(schema: Any, path: str) -> Mapping[str, Any] | None:
    """The part of a JSON schema that describes the values at `path`."""
    for name in path.split("."):
        field = name.removesuffix(EACH)
        steps = (
            ("properties", field) if name == field else ("properties", field, "items")
        )
        for step in steps:
            schema = schema.get(step) if isinstance(schema, Mapping) else None
    return schema if isinstance(schema, Mapping) else None

"""JSON schemas that the site declares: derives one from the signature of a tool."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from workflows.exceptions import RegistrationError
from workflows.schemas.annotations import without_annotations
from workflows.schemas.types import json_type, object_schema

NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def whole(pattern: str) -> str:
    """`pattern` for a whole text: Python's `$` alone would accept a final newline."""
    return rf"^{pattern}$(?!\n)"


def without_fields(
    schema: Mapping[str, Any], fixed: Mapping[str, Any]
) -> dict[str, Any]:
    """The schema without the fields of `fixed`, as a model sees it."""
    properties = {
        name: without_annotations(part)
        for name, part in schema["properties"].items()
        if name not in fixed
    }
    required = [name for name in schema.get("required", []) if name not in fixed]
    return {**schema, "properties": properties, "required": required}


def signature_schema(
    function: Callable[..., Any], *, leaving_out: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The JSON schema of the arguments of `function`, except those that are left out.

    Raises `RegistrationError` for arguments that it cannot express.
    """
    hints = get_type_hints(function, include_extras=True)
    parameters = [
        parameter
        for name, parameter in inspect.signature(function).parameters.items()
        if name not in leaving_out
    ]
    for parameter in parameters:
        if parameter.kind not in NAMED or parameter.name not in hints:
            raise RegistrationError(
                f'The parameter "{parameter.name}" of "{function.__name__}" must be '
                "annotated, and must accept a keyword argument."
            )
    required = [item.name for item in parameters if item.default is item.empty]
    properties = {item.name: json_type(hints[item.name]) for item in parameters}
    return object_schema(properties, required)


def keywords(**given: str | int | float) -> frozenset[tuple[str, Any]]:
    """Keywords of JSON Schema for `Annotated`, hashable as it requires."""
    return frozenset(given.items())

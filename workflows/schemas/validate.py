"""Validates values by a JSON schema. Never repeats a value, which may be a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from workflows.graph import Problem
from workflows.schemas.messages import message_of

MAX_PROBLEMS = 100


def schema_problems(schema: Mapping[str, Any], value: Any) -> list[Problem]:
    """The first hundred problems of `value`, each with the path of its field.

    Never raises an error, although the library does for some values, such as a multiple of
    0.1 that no float can represent.
    """
    validator = Draft202012Validator(
        schema, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    found = (
        problem
        for error in validator.iter_errors(value)
        for problem in _problems_of(error)
    )
    try:
        return sorted(set(islice(found, MAX_PROBLEMS)))
    except RecursionError:
        return [("", "The value is nested too deeply.")]
    except Exception:  # noqa: BLE001 - formats and keywords raise many errors
        return [
            ("", "The value cannot be checked, for example because of a huge number.")
        ]


def _problems_of(error: ValidationError) -> Iterator[Problem]:
    path = _path(error)
    prefix = f"{path}." if path else ""
    rule, instance = error.validator, cast("Any", error.instance)
    schema = cast("dict[str, Any]", error.schema)
    if rule == "required":
        for name in set(schema["required"]) - set(instance):
            yield f"{prefix}{name}", "This field is required."
    elif rule == "additionalProperties":
        for name in set(instance) - set(schema.get("properties", {})):
            yield f"{prefix}{name}", "This field does not exist."
    elif nearest := _of_nearest_type(error):
        for each in nearest:
            yield from _problems_of(each)
    else:
        yield path, message_of(error)


def _path(error: ValidationError) -> str:
    steps = (
        f"[{step}]" if isinstance(step, int) else f".{step}"
        for step in error.absolute_path
    )
    return "".join(steps).removeprefix(".")


def _of_nearest_type(error: ValidationError) -> list[ValidationError]:
    """If several types are allowed, the errors of a value that has one of these types."""
    ways = error.context if error.validator == "anyOf" else None
    return [way for way in ways or () if way.validator != "type" or way.relative_path]

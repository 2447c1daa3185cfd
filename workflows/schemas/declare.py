"""JSON schemas: derives one from a signature, and validates values.

Type annotations are the declaration. `Annotated[int, keywords(minimum=1), "How many."]` adds
keywords of JSON Schema and a description.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from typing_extensions import is_typeddict

from workflows.exceptions import RegistrationError
from workflows.graph import Problem
from workflows.schemas.annotations import without_annotations
from workflows.schemas.messages import message_of

MAX_PROBLEMS = 100
NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
PLAIN = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
    NoneType: "null",
}


def whole(pattern: str) -> str:
    """`pattern` for a whole text: Python's `$` alone would accept a final newline."""
    return rf"^{pattern}$(?!\n)"


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
    return _object(properties, required)


def json_type(hint: Any) -> dict[str, Any]:
    """The JSON schema of a type. Raises `RegistrationError` if JSON has no such type."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return {}
    if origin is Annotated:
        return _annotated(*inner)
    if origin in (Union, UnionType):
        return _union(json_type(item) for item in inner)
    if origin is Literal:
        return {"enum": list(inner)}
    if hint in PLAIN:
        return {"type": PLAIN[hint]}
    if is_typeddict(hint):
        return _typed_dict(hint)
    return _collection(hint, origin, inner)


def _collection(hint: Any, origin: Any, inner: tuple[Any, ...]) -> dict[str, Any]:
    if origin is list:
        return {"type": "array", "items": json_type(inner[0])}
    if origin is dict and inner[0] is str:
        return {"type": "object", "additionalProperties": json_type(inner[1])}
    raise RegistrationError(f"The type {hint} cannot be expressed in JSON.")


def keywords(**given: str | int | float) -> frozenset[tuple[str, Any]]:
    """Keywords of JSON Schema for `Annotated`, hashable as it requires."""
    return frozenset(given.items())


def _union(parts: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """One of several types. The description of the first applies to the whole."""
    first, *others = parts
    about = {"description": first.pop("description")} if "description" in first else {}
    return {"anyOf": [first, *others], **about}


def _annotated(hint: Any, *notes: Any) -> dict[str, Any]:
    schema = json_type(hint)
    for note in notes:
        schema |= {"description": note} if isinstance(note, str) else dict(sorted(note))
    return schema


def _typed_dict(hint: Any) -> dict[str, Any]:
    hints = get_type_hints(hint, include_extras=True)
    properties, required = {}, []
    for name, item in hints.items():
        if get_origin(item) is NotRequired:
            (item,) = get_args(item)
        else:
            required.append(name)
        properties[name] = json_type(item)
    return _object(properties, required)


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }

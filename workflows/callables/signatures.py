"""The parameters of a Python function, from its signature."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, get_type_hints

from workflows.callables.parameters import Parameters
from workflows.exceptions import RegistrationError
from workflows.kit.json_value import problem
from workflows.schemas.plain import plain
from workflows.schemas.types import ValueType, value_type

MAX_DEFAULT = 1024  # a longer one is not shown
GENERATORS = (inspect.isgeneratorfunction, inspect.isasyncgenfunction)


def parameters_of(
    function: Callable[..., Any], *, skip_first: bool = False
) -> Parameters:
    """What `function` takes by name, without its first parameter if that is skipped.

    Raises `RegistrationError` if plain JSON data cannot call it.
    """
    if any(is_generator(function) for is_generator in GENERATORS):
        raise RegistrationError(
            "It is a generator, and would run nothing: return instead."
        )
    try:
        given = list(inspect.signature(function).parameters.values())[skip_first:]
    except (TypeError, ValueError) as error:
        raise RegistrationError("It has no signature that can be read.") from error
    types: dict[str, ValueType] = {}
    required: list[str] = []
    others = None
    for each in given:
        if each.kind is each.VAR_POSITIONAL:
            continue  # arguments are given by name: it gets none
        if each.kind is each.POSITIONAL_ONLY:
            raise RegistrationError(
                f'The parameter "{each.name}" accepts no argument by name: remove the "/".'
            )
        kind = _type_of(each, function)
        if each.kind is each.VAR_KEYWORD:
            others = kind
            continue
        types[each.name] = with_default(kind, each.default)
        if each.default is each.empty:
            required.append(each.name)
    return Parameters(types, tuple(required), others)


def _type_of(parameter: inspect.Parameter, function: Callable[..., Any]) -> ValueType:
    """Without an annotation, any JSON."""
    if parameter.annotation is parameter.empty:
        return ValueType({})
    # One by one: what the function returns, say, need not be importable.
    source = SimpleNamespace(__annotations__={"it": parameter.annotation})
    names = getattr(inspect.unwrap(function), "__globals__", {})
    try:
        hint = get_type_hints(source, names, include_extras=True)["it"]
    except Exception as error:
        raise RegistrationError(
            f'The annotation of "{parameter.name}" cannot be evaluated ({error}): it must '
            "be imported when the module runs, not for type checkers alone."
        ) from error
    try:
        return value_type(hint)
    except RegistrationError as error:
        raise RegistrationError(f'The parameter "{parameter.name}": {error}') from error


def with_default(kind: ValueType, default: Any) -> ValueType:
    """The same, with the default in its schema, if JSON can express it."""
    if default is inspect.Parameter.empty:
        return kind
    try:
        shown = plain(default)
    except ValueError:
        return kind
    if problem(shown, max_bytes=MAX_DEFAULT):
        return kind
    return replace(kind, schema={**kind.schema, "default": shown})

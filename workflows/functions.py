"""Python functions that a site lets its workflows call.

    @workflow_function
    def exchange_rate(currency: str, day: str = "today") -> float: ...

The module goes into `WORKFLOW_FUNCTION_MODULES`. The annotations are the declaration: what
a node passes is checked against them, on saving and again when it runs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from workflows.graph import Problem
from workflows.registry import RegistrationError, schema_problems

NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
NO_PLAIN_CALL = (
    inspect.iscoroutinefunction,
    inspect.isgeneratorfunction,
    inspect.isasyncgenfunction,
)
PLAIN = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
    NoneType: "null",
}
AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class WorkflowFunction:
    """A function, and the JSON schema of its arguments."""

    call: Callable[..., Any]
    schema: Mapping[str, Any]

    def problems(
        self, arguments: Mapping[str, Any], *, unknown: Collection[str] = ()
    ) -> Iterator[Problem]:
        """What does not fit the signature; the values of `unknown` are not known yet."""
        properties = self.schema["properties"]
        known = {
            name: {} if name in unknown else properties[name] for name in properties
        }
        yield from schema_problems({**self.schema, "properties": known}, arguments)


functions: dict[str, WorkflowFunction] = {}


def workflow_function(function: AnyFunction) -> AnyFunction:
    """Let workflows call `function` by its name, with JSON for arguments and result."""
    name = function.__name__
    if name in functions:
        raise RegistrationError(f'The function "{name}" is registered twice.')
    if any(is_other(function) for is_other in NO_PLAIN_CALL):
        raise RegistrationError(f'"{name}" gives no value when it is called.')
    functions[name] = WorkflowFunction(function, _schema(function))
    return function


def _schema(function: Callable[..., Any]) -> dict[str, Any]:
    hints = get_type_hints(function)
    parameters = inspect.signature(function).parameters.values()
    for parameter in parameters:
        if parameter.kind not in NAMED or parameter.name not in hints:
            raise RegistrationError(
                f'"{function.__name__}": "{parameter.name}" needs a name of its own, by '
                "which it can be passed, and an annotation."
            )
    required = [item.name for item in parameters if item.default is item.empty]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": {item.name: _json_type(hints[item.name]) for item in parameters},
    }


def _json_type(hint: Any) -> dict[str, Any]:
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return {}
    if origin in (Union, UnionType):
        return {"anyOf": [_json_type(item) for item in inner]}
    if origin is Literal:
        return {"enum": list(inner)}
    if origin is list:
        return {"type": "array", "items": _json_type(inner[0])}
    if origin is dict and inner[0] is str:
        return {"type": "object", "additionalProperties": _json_type(inner[1])}
    if hint in PLAIN:
        return {"type": PLAIN[hint]}
    raise RegistrationError(f"{hint} is nothing that JSON can hold.")

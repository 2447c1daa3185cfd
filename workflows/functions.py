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
from typing import Any, TypeVar

from workflows.exceptions import RegistrationError
from workflows.graph import Problem
from workflows.schemas.declare import schema_problems, signature_schema

NO_PLAIN_CALL = (
    inspect.iscoroutinefunction,
    inspect.isgeneratorfunction,
    inspect.isasyncgenfunction,
)
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
    functions[name] = WorkflowFunction(function, signature_schema(function))
    return function

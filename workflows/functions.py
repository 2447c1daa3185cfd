"""Python functions that workflows may call.

    @workflow_function
    def exchange_rate(currency: str, day: str = "today") -> float: ...

List the module in `WORKFLOW_FUNCTION_MODULES`. The annotations are the declaration: the
arguments of a node are validated against them when it is saved and again when it runs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from workflows.exceptions import RegistrationError
from workflows.graph import Problem
from workflows.schemas.declare import schema_problems, signature_schema

NOT_PLAIN = (
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

    @property
    def name(self) -> str:
        return self.call.__name__

    @property
    def description(self) -> str:
        """The first paragraph of its docstring, on one line."""
        words = inspect.getdoc(self.call) or ""
        return " ".join(words.partition("\n\n")[0].split())

    def problems(
        self, arguments: Mapping[str, Any], *, unknown: Collection[str] = ()
    ) -> Iterator[Problem]:
        """The problems of `arguments`. The values of those named in `unknown` are not known
        yet, and are not checked."""
        properties = self.schema["properties"]
        known = {
            name: {} if name in unknown else properties[name] for name in properties
        }
        yield from schema_problems({**self.schema, "properties": known}, arguments)


functions: dict[str, WorkflowFunction] = {}


def workflow_function(function: AnyFunction) -> AnyFunction:
    """Let workflows call `function` by its name. Arguments and result are JSON.

    Raises `RegistrationError` for a name that is taken, and for a signature that JSON cannot
    express.
    """
    name = function.__name__
    if name in functions:
        raise RegistrationError(f'The function "{name}" is registered twice.')
    if any(is_other(function) for is_other in NOT_PLAIN):
        raise RegistrationError(
            f'The function "{name}" must be a plain function: not async, not a generator.'
        )
    functions[name] = WorkflowFunction(function, signature_schema(function))
    return function

"""The functions that are declared where they are written: `@schedulable` and
`@workflow_function`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from workflows.callables.django_tasks import is_task
from workflows.callables.signatures import parameters_of
from workflows.exceptions import RegistrationError

Declared = TypeVar("Declared")
AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Declaration:
    """A function, or the Task of one, and what its decorator says of it."""

    what: Any
    title: str = ""
    permission: str = ""
    agents: bool = False
    bare: bool = False  # whether drawn graphs may name it without its module

    @property
    def name(self) -> str:
        return name_of(self.what)


@dataclass(slots=True)
class Declarations:
    """The declarations by dotted name."""

    by_name: dict[str, Declaration] = field(default_factory=dict)

    def add(self, declaration: Declaration) -> None:
        """A module that is loaded again declares the same functions again."""
        before = self.by_name.get(declaration.name)
        if before and code_of(before.what) != code_of(declaration.what):
            raise RegistrationError(
                f'The function "{declaration.name}" is declared twice.'
            )
        self.by_name[declaration.name] = declaration


declarations = Declarations()


def function_of(declared: Any) -> Any:
    """The function of a Task, or the function itself."""
    return declared.func if is_task(declared) else declared


def code_of(declared: Any) -> Any:
    function = function_of(declared)
    return getattr(function, "__code__", function)


def name_of(declared: Any) -> str:
    """The dotted name of a function, or of a Task: that of its module, and its own."""
    function = function_of(declared)
    return f"{function.__module__}.{function.__qualname__}".replace(".<locals>", "")


@overload
def schedulable(function: Declared, /) -> Declared: ...
@overload
def schedulable(
    *, title: str = "", permission: str = "", agents: bool = False
) -> Callable[[Declared], Declared]: ...
def schedulable(
    function: Any = None,
    /,
    *,
    title: str = "",
    permission: str = "",
    agents: bool = False,
) -> Any:
    """Let schedules and workflows call a function, or a Task of `django.tasks`.

        @schedulable(agents=True)
        def remind(invoice: Invoice, days: int = 14) -> None: ...

    `permission` ("billing.remind") is required of whoever has it called, besides that to
    call functions. With `agents`, agents may schedule it by themselves.
    """

    def declare(what: Declared) -> Declared:
        declarations.add(
            Declaration(what, title=title, permission=permission, agents=agents)
        )
        return what

    return declare if function is None else declare(function)


def workflow_function(function: AnyFunction) -> AnyFunction:
    """The same for a function that drawn workflows may also name without its module.

    Raises `RegistrationError` for a signature that JSON cannot express.
    """
    try:
        parameters_of(function)
    except RegistrationError as error:
        name = name_of(function)
        raise RegistrationError(
            f'The function "{name}" cannot be called. {error}'
        ) from error
    declarations.add(Declaration(function, bare=True))
    return function

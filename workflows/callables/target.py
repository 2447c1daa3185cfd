"""What may be called: its name, its parameters, and how it runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from workflows.callables.context import CallContext
from workflows.callables.parameters import Parameters
from workflows.exceptions import NodeBroken
from workflows.graph import Problem
from workflows.kit.errors import InvalidInput
from workflows.schemas.plain import plain
from workflows.schemas.references import Reference, fetched

if TYPE_CHECKING:
    from workflows.kit.users import User

Kind = Literal["function", "task", "command"]
# Takes Python values by name.
Call = Callable[[dict[str, Any], CallContext], Any]


@dataclass(frozen=True, kw_only=True)
class Target:
    """A function, a Task of `django.tasks`, or a management command that may be called."""

    name: str  # "billing.tasks.remind"; of a command without a dot: "clearsessions"
    kind: Kind
    title: str
    description: str = ""  # one line
    documentation: str = ""  # all that is written about it
    agents: bool = False  # whether agents may schedule it by themselves
    permission: str = ""  # "app.codename", beyond that of its kind
    parameters: Parameters
    call: Call
    task: Any = None  # the Task object
    unfit: str = ""  # why it cannot be called at all, as a sentence

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the arguments, an object."""
        return self.parameters.schema

    def problems(
        self,
        arguments: Any,
        *,
        unknown: Collection[str] = (),
        user: User | None = None,
        complete: bool = True,
    ) -> Iterator[Problem]:
        """The problems of `arguments`, each with its path. The values of those named in
        `unknown` are not known yet. With `user`, objects that do not exist or that they may
        not view are refused. Unless they are to be `complete`, arguments may be missing."""
        if self.unfit:
            yield "", self.unfit
            return
        yield from self.parameters.problems(
            arguments, unknown=unknown, user=user, complete=complete
        )

    def references(self, arguments: Mapping[str, Any]) -> set[Reference]:
        """The objects that valid `arguments` name."""
        return self.parameters.references(arguments)

    def plain(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Python values as plain JSON data: dates, UUIDs, decimals, members of enumerations,
        objects. Raises `InvalidInput` for a value that cannot be."""
        found = {}
        for name, value in arguments.items():
            try:
                found[name] = plain(value)
            except ValueError as error:
                raise InvalidInput(str(error), field=f"arguments.{name}") from error
        return found

    def run(
        self, arguments: Mapping[str, Any], context: CallContext | None = None
    ) -> Any:
        """Call it in this process with valid plain data. An async function is awaited.

        Raises `NodeBroken` if an object in the arguments has gone, and whatever it raises.
        """
        existing = fetched(self.references(arguments))

        def fetch(wanted: Reference) -> Any:
            if wanted not in existing:
                raise NodeBroken(f"The object {wanted} does not exist any more.")
            return existing[wanted]

        values = self.parameters.load(arguments, fetch)
        return self.call(values, context or CallContext())


def title_of(name: str) -> str:
    """The name of a callable as people write it: "Send reminders"."""
    words = name.replace("_", " ").strip()
    return f"{words[:1].upper()}{words[1:]}"


def first_paragraph(documentation: str) -> str:
    """On one line."""
    return " ".join(documentation.partition("\n\n")[0].split())

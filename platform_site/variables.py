"""Environment variables of a site: each is declared once, with its type and bounds.

An invalid value ends the process with one line that names the variable and the accepted
values. The value itself is never repeated, since it may be a secret.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from workflows.kit import conf_kinds
from workflows.kit.conf_kinds import Kind, one_line
from workflows.kit.conf_options import Option

T = TypeVar("T")
Read_co = TypeVar("Read_co", covariant=True)
Default = TypeVar("Default")


@dataclass(frozen=True, slots=True)
class Variable(Generic[Read_co]):
    """One environment variable."""

    name: str
    kind: Kind[Read_co]

    def value(self, text: str) -> Read_co:
        """The parsed value. Ends the process if the text is not valid."""
        try:
            return self.kind.parse(one_line(text))
        except ValueError:
            problem = f"{self.name} is not valid: {self.kind.accepted_as_text}."
        # Every command reads the settings: one line instead of a traceback.
        sys.exit(problem)


class Variables:
    """Reads variables from `environ`. One that is missing or blank gets its default."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.declared: dict[str, Variable[object]] = {}
        self._environ = environ

    def read(self, name: str, default: Default, kind: Kind[T]) -> T | Default:
        """The value of a variable of any kind."""
        variable = Variable(name, kind)
        self.declared[name] = variable
        text = self._environ.get(name, "").strip()
        return variable.value(text) if text else default

    def number(self, name: str, default: int, *, minimum: int, maximum: int) -> int:
        """A whole number from `minimum` to `maximum`, inclusive."""
        return self.read(name, default, conf_kinds.number(minimum, maximum))

    def flag(self, name: str, *, default: bool) -> bool:
        """True or False; yes/no, on/off, y/n and 1/0 are accepted too."""
        return self.read(name, default, conf_kinds.FLAG)

    def choice(self, name: str, default: str, choices: Sequence[str]) -> str:
        """One of `choices`, in upper or lower case."""

        def parse(text: str) -> str:
            if text.upper() not in choices:
                raise ValueError
            return text.upper()

        words = f"it must be one of {', '.join(choices)}"
        return self.read(name, default, Kind(words, parse))

    def words(self, name: str, default: list[str], kind: Kind[str]) -> list[str]:
        """A list of values of one kind, separated by commas."""
        return self.read(name, default, conf_kinds.words(kind))

    def options(self, options: Iterable[Option], **defaults: Any) -> dict[str, Any]:
        """The options of the apps, each from the variable of its name. `defaults` are those
        of this site."""
        return {
            option.name: self.read(
                option.name, defaults.get(option.name, option.default), option.kind
            )
            for option in options
        }


def among(choices: Callable[[], Container[str]]) -> Callable[[str], str]:
    """A parser that accepts the members of `choices()`, which is called only for a given value."""

    def parse(text: str) -> str:
        if text not in choices():
            raise ValueError
        return text

    return parse

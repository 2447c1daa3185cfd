"""The environment variables of a site: each is declared once, with its type and bounds.

A value that is not accepted ends the process with one line that names the variable and says
what it takes. The value itself is never repeated, as it may be a secret.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
Read_co = TypeVar("Read_co", covariant=True)
Default = TypeVar("Default")

YES = frozenset({"true", "yes", "on", "y", "1"})
NO = frozenset({"false", "no", "off", "n", "0"})
WHOLE = re.compile(r"-?[0-9]{1,12}")
LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Kind(Generic[Read_co]):
    """What a variable takes, in words, and how it is read; `parse` raises `ValueError` for a
    text that is not accepted."""

    accepted: str
    parse: Callable[[str], Read_co]


@dataclass(frozen=True, slots=True)
class Variable(Generic[Read_co]):
    """One variable of the environment."""

    name: str
    kind: Kind[Read_co]

    def value(self, text: str) -> Read_co:
        """What the text means. Ends the process if it is not accepted."""
        try:
            return self.kind.parse(one_line(text))
        except ValueError:
            problem = f"{self.name} cannot be read: {self.kind.accepted}."
        # Every command reads the settings: one line instead of their traceback.
        sys.exit(problem)


class Variables:
    """Reads variables from `environ`. One that is absent or blank has its default."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.declared: dict[str, Variable[object]] = {}
        self._environ = environ

    def read(self, name: str, default: Default, kind: Kind[T]) -> T | Default:
        """The value of a variable of any kind."""
        variable = Variable(name, kind)
        self.declared[name] = variable
        text = self._environ.get(name, "").strip()
        return variable.value(text) if text else default

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number from `least` to `most`, both allowed."""

        def parse(text: str) -> int:
            number = int(matching(WHOLE, text))
            if not least <= number <= most:
                raise ValueError
            return number

        bounds = f"it is a whole number from {least} to {most}"
        return self.read(name, default, Kind(bounds, parse))

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false, in the words that people use for it."""

        def parse(text: str) -> bool:
            if text.lower() not in YES | NO:
                raise ValueError
            return text.lower() in YES

        return self.read(name, default, Kind("it is True or False", parse))

    def choice(self, name: str, default: str, choices: Sequence[str]) -> str:
        """One of some words, in upper or lower case."""

        def parse(text: str) -> str:
            if text.upper() not in choices:
                raise ValueError
            return text.upper()

        words = f"it is one of {', '.join(choices)}"
        return self.read(name, default, Kind(words, parse))

    def words(self, name: str, default: list[str], kind: Kind[str]) -> list[str]:
        """Values of one kind, separated by commas."""

        def parse(text: str) -> list[str]:
            words = [word.strip() for word in text.split(",")]
            return [kind.parse(word) for word in words if word]

        accepted = f"{kind.accepted}; several are separated by commas"
        return self.read(name, default, Kind(accepted, parse))

    def text(self, name: str, default: str = "") -> str:
        """One line of text."""
        words = "it is one line of printable text"
        return self.read(name, default, Kind(words, str))


def matching(pattern: re.Pattern[str], text: str) -> str:
    """`text`, if all of it matches."""
    if not pattern.fullmatch(text):
        raise ValueError
    return text


def among(choices: Callable[[], Container[str]]) -> Callable[[str], str]:
    """Accepts what is in `choices`, which are asked for only when a value is given."""

    def parse(text: str) -> str:
        if text not in choices():
            raise ValueError
        return text

    return parse


def one_line(text: str) -> str:
    """`text`, if it is one line of printable characters and not endless."""
    if not text.isprintable() or len(text) > LONGEST:
        raise ValueError
    return text

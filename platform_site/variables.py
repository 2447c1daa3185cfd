"""Environment variables of a site: each is declared once, with its type and bounds.

An invalid value ends the process with one line that names the variable and the accepted
values. The value itself is never repeated, since it may be a secret.
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
    """A kind of value: `accepted` completes the sentence "NAME is not valid: ...", and `parse`
    raises `ValueError` for an invalid text."""

    accepted: str
    parse: Callable[[str], Read_co]


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
            problem = f"{self.name} is not valid: {self.kind.accepted}."
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

        def parse(text: str) -> int:
            number = int(matching(WHOLE, text))
            if not minimum <= number <= maximum:
                raise ValueError
            return number

        bounds = f"it must be a whole number from {minimum} to {maximum}"
        return self.read(name, default, Kind(bounds, parse))

    def flag(self, name: str, *, default: bool) -> bool:
        """True or False; yes/no, on/off, y/n and 1/0 are accepted too."""

        def parse(text: str) -> bool:
            if text.lower() not in YES | NO:
                raise ValueError
            return text.lower() in YES

        return self.read(name, default, Kind("it must be True or False", parse))

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

        def parse(text: str) -> list[str]:
            words = [word.strip() for word in text.split(",")]
            return [kind.parse(word) for word in words if word]

        accepted = f"{kind.accepted}; separate several values by commas"
        return self.read(name, default, Kind(accepted, parse))

    def text(self, name: str, default: str = "") -> str:
        """One line of text."""
        words = "it must be one line of printable text"
        return self.read(name, default, Kind(words, str))


def matching(pattern: re.Pattern[str], text: str) -> str:
    """`text`, if all of it matches; raises `ValueError` otherwise."""
    if not pattern.fullmatch(text):
        raise ValueError
    return text


def among(choices: Callable[[], Container[str]]) -> Callable[[str], str]:
    """A parser that accepts the members of `choices()`, which is called only for a given value."""

    def parse(text: str) -> str:
        if text not in choices():
            raise ValueError
        return text

    return parse


def one_line(text: str) -> str:
    """`text`, if it is one line of at most `LONGEST` printable characters; else `ValueError`."""
    if not text.isprintable() or len(text) > LONGEST:
        raise ValueError
    return text

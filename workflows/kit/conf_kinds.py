"""The kinds of values that options and environment variables have.

A value in `OSTINATO` has the type of Python (`90`, not `"90"`); one of an environment variable
is read from text first, and is then held to the same rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from workflows.kit import web_addresses

T = TypeVar("T")
Read_co = TypeVar("Read_co", covariant=True)

YES = frozenset({"true", "yes", "on", "y", "1"})
NO = frozenset({"false", "no", "off", "n", "0"})
WHOLE = re.compile(r"-?[0-9]{1,12}")
# REST framework reads only the first letter of the period, and not before the first request:
# an unknown period would then fail every request with a server error.
RATE_TEXT = re.compile(r"[1-9][0-9]{0,8}/(s|sec|second|m|min|minute|h|hour|d|day)")
MODULE_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
CALLABLE_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*\.([^\W\d]\w*|\*)")
COMMAND_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
MODEL_NAME = re.compile(r"[^\W\d]\w*\.[^\W\d]\w*")
QUEUE_NAME = re.compile(r"[!-~]{1,200}")
# What a header can hold. The HTTP library's error would repeat any other character.
HEADER_TEXT = re.compile(r"[ -~]*")
LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Kind(Generic[Read_co]):
    """A kind of value: `accepted` completes the sentence "NAME is not valid: ...", and `clean`
    raises `ValueError` for an invalid value."""

    accepted: str
    clean: Callable[[Any], Read_co]
    # How a text becomes a value for `clean`, and what is accepted as a text, if that differs.
    from_text: Callable[[str], Any] = str
    accepted_text: str = ""

    @property
    def accepted_as_text(self) -> str:
        return self.accepted_text or self.accepted

    def parse(self, text: str) -> Read_co:
        """The value of a text. Raises `ValueError` for an invalid one."""
        return self.clean(self.from_text(text))


def number(minimum: int, maximum: int) -> Kind[int]:
    """A whole number from `minimum` to `maximum`, inclusive."""

    def clean(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError
        if not minimum <= value <= maximum:
            raise ValueError
        return value

    return Kind(
        f"it must be a whole number from {minimum} to {maximum}",
        clean,
        lambda text: int(matching(WHOLE, text)),
    )


def words(kind: Kind[T]) -> Kind[list[T]]:
    """A list of values of one kind; as a text, separated by commas."""

    def clean(value: Any) -> list[T]:
        if not isinstance(value, list | tuple):
            raise ValueError
        return [kind.clean(each) for each in value]

    def from_text(text: str) -> Iterable[str]:
        return [word.strip() for word in text.split(",") if word.strip()]

    item = kind.accepted.removeprefix("it must be ")
    return Kind(
        f"it must be a list in which each item is {item}",
        clean,
        from_text,
        f"{kind.accepted}; separate several values by commas",
    )


def named(pattern: re.Pattern[str]) -> Callable[[Any], str]:
    """A rule for one line of text that matches as a whole."""
    return lambda value: matching(pattern, one_line(value))


def matching(pattern: re.Pattern[str], text: str) -> str:
    """`text`, if all of it matches; raises `ValueError` otherwise."""
    if not pattern.fullmatch(text):
        raise ValueError
    return text


def one_line(text: Any) -> str:
    """`text`, if it is one line of at most `LONGEST` printable characters; else `ValueError`."""
    if not isinstance(text, str) or not text.isprintable() or len(text) > LONGEST:
        raise ValueError
    return text


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _flag_of(text: str) -> bool:
    if text.lower() not in YES | NO:
        raise ValueError
    return text.lower() in YES


def _natural_key(value: Any) -> tuple[str | int, ...]:
    parts = value if isinstance(value, list | tuple) else [value]
    if not parts or not all(isinstance(part, str | int) for part in parts):
        raise ValueError
    return tuple(parts)


FLAG = Kind("it must be True or False", _yes_or_no, _flag_of)
TEXT = Kind("it must be one line of printable text", one_line)
KEY = Kind(
    "it must be one line of printable ASCII characters, which an HTTP header can hold",
    named(HEADER_TEXT),
)
SITE_ADDRESS = Kind(
    "it must be a URL such as https://ostinato.example.org, without user, password and query",
    lambda value: web_addresses.site_address(one_line(value)),
)
ORIGIN = Kind(
    "it must be an origin such as https://ostinato.example.org:8443",
    lambda value: web_addresses.origin(one_line(value)),
)
RATE = Kind(
    "it must be a rate such as 1000/hour: a whole number from 1, then second, minute, hour or "
    "day; leave it empty for the default",
    named(RATE_TEXT),
)
MODULE = Kind(
    "it must be the name of a Python module, such as ours.functions", named(MODULE_NAME)
)
CALLABLE = Kind(
    "it must be a dotted name such as billing.tasks.remind, or billing.tasks.* for a module",
    named(CALLABLE_NAME),
)
COMMAND = Kind("it must be a command such as clearsessions", named(COMMAND_NAME))
MODEL = Kind("it must be a model such as billing.Invoice", named(MODEL_NAME))
QUEUE = Kind(
    "it must be the name of a queue in RQ_QUEUES, such as default", named(QUEUE_NAME)
)
OWNER = Kind(
    "it must be the natural key of a user, such as the user name: a text, or a list if the "
    "key has several parts",
    _natural_key,
)

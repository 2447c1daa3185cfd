"""The text of a file, JSON or YAML, to a JSON value and back.

Of YAML only what JSON has as well: no anchors, no tags, no types but JSON's, so that a date
is a text. It is read event by event, since PyYAML's own loaders expand aliases and keep the
last of two equal names.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal, NoReturn

import yaml
from typing_extensions import override
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from workflows.kit.errors import InvalidInput
from workflows.kit.json_value import MAX_DEPTH, UNSTORABLE, problem

FileFormat = Literal["yaml", "json"]
MAX_FILE = 1024 * 1024
LONGEST_NAME = 100
STRING = "tag:yaml.org,2002:str"
EVENTS = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the first is written in C
NOT_A_NUMBER = re.compile(r"[-+]?\.(?:inf|nan)", re.IGNORECASE)
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
# YAML reads these as a space, or as a line feed.
OTHER_LINE_BREAK = re.compile("[\r\x85\u2028\u2029]")
TOO_LONG = "a number has too many digits"


class _Wrong(ValueError):
    """The text cannot be read. The message is the end of a sentence."""

    def __init__(self, why: str, line: int | None = None) -> None:
        super().__init__(
            f"Line {line}: {why}." if line else f"{why[0].upper()}{why[1:]}."
        )


def read_file(text: str) -> Any:
    """The JSON value that a file holds. Raises `InvalidInput`, which names the line."""
    try:
        if len(text.encode("utf-8", "replace")) > MAX_FILE:
            raise _Wrong(f"The file is larger than {MAX_FILE // 1024} KiB")
        text = text.removeprefix("\ufeff")
        value = _json(text) if text.lstrip()[:1] in ("{", "[") else _yaml(text)
        if found := problem(value, max_bytes=2 * MAX_FILE):
            raise _Wrong(f"The file {found}")
    except _Wrong as error:
        raise InvalidInput(field="file", message=str(error)) from error
    return value


def written(value: Any, file_format: FileFormat) -> str:
    """`value` as the text of a file that `read_file` reads."""
    if file_format == "json":
        return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    dumped: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
    )
    return dumped


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as one, and no anchors."""

    @override
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(STRING, text, style=_style(text))


def _style(text: str) -> str | None:
    """How a text is written so that it is read as the same text: PyYAML does not quote all
    that `_scalar` takes for something else, such as 12e34."""
    if OTHER_LINE_BREAK.search(text):
        return '"'
    if text.lower() in CONSTANTS or NUMBER.fullmatch(text):
        return "'"
    return "|" if "\n" in text else None


_Dumper.add_representer(str, _text)


def _json(text: str) -> Any:
    try:
        return json.loads(
            text,
            object_pairs_hook=_each_once,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except RecursionError:
        raise _Wrong(f"The file is nested more than {MAX_DEPTH} levels deep") from None
    except json.JSONDecodeError as error:
        raise _Wrong(f"this is not JSON: {error.msg}", error.lineno) from error
    except _Wrong:
        raise
    except ValueError as error:  # Python's limit of the digits of an integer
        raise _Wrong(TOO_LONG) from error


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise _Wrong(f'The name "{twice[:LONGEST_NAME]}" is repeated')
    return found


def _no_constant(name: str) -> NoReturn:
    raise _Wrong(f"{name} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _Wrong("A number is too large")
    return number


def _yaml(text: str) -> Any:
    if found := UNSTORABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise _Wrong("a character that cannot be stored", line)
    try:
        return _Reader(yaml.parse(text, EVENTS)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = f"this is not YAML: {error.problem or error.context}"
        raise _Wrong(why, mark.line + 1 if mark else None) from error
    except yaml.YAMLError as error:  # a character that YAML does not allow
        raise _Wrong(
            "the file contains a character that YAML does not allow"
        ) from error


class _Reader:
    """Builds a JSON value from the events of one document."""

    def __init__(self, events: Iterator[Event]) -> None:
        self.events = events

    def document(self) -> Any:
        value, documents = None, 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _wrong(event, "a file holds only one document")
                value = self._value(next(self.events), 1)
        return value

    def _value(self, event: Event, depth: int) -> Any:
        if isinstance(event, AliasEvent):
            raise _wrong(event, "references (*name) are not supported")
        if depth > MAX_DEPTH:
            raise _wrong(event, f"this is nested more than {MAX_DEPTH} levels deep")
        if getattr(event, "tag", None) not in (None, "!", STRING):
            raise _wrong(event, "tags (!name) are not supported")
        if isinstance(event, MappingStartEvent):
            return self._mapping(depth)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(depth)
        assert isinstance(event, ScalarEvent)
        return _scalar(event)

    def _mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            if not isinstance(event, ScalarEvent) or not isinstance(
                name := self._value(event, depth), str
            ):
                raise _wrong(event, "the name of a field must be a text")
            if name in found:
                raise _wrong(event, f'the name "{name[:LONGEST_NAME]}" is repeated')
            found[name] = self._value(next(self.events), depth + 1)
        return found

    def _sequence(self, depth: int) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            found.append(self._value(event, depth + 1))
        return found


def _scalar(event: ScalarEvent) -> Any:
    """A text, or what a plain word means in JSON."""
    text: str = event.value
    if event.style or not event.implicit[0]:
        return text
    if text.lower() in CONSTANTS:
        return CONSTANTS[text.lower()]
    if NOT_A_NUMBER.fullmatch(text):
        raise _wrong(event, f"{text} is not a number")
    number = NUMBER.fullmatch(text)
    if number is None:
        return text
    return _float(event) if number[1] or number[2] else _whole(event)


def _whole(event: ScalarEvent) -> int:
    try:
        return int(event.value)
    except ValueError as error:  # Python's limit of digits
        raise _wrong(event, TOO_LONG) from error


def _float(event: ScalarEvent) -> float:
    number = float(event.value)
    if math.isinf(number):
        raise _wrong(event, "a number is too large")
    return number


def _wrong(event: Event, why: str) -> _Wrong:
    return _Wrong(why, event.start_mark.line + 1 if event.start_mark else None)

"""Takes the secrets out of what is handed on: each is emptied, and its path is told.

What a secret is, `redaction` decides. Unlike a record, a file is used again, so a template
that only names where a secret comes from is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from workflows.kit.json_value import map_strings, parsed
from workflows.safety.redaction import REDACTED, REDACTED_USER, redact
from workflows.safety.templating import MARKS

# An expression without a text in it: it names a value, and contains none.
EXPRESSION = re.compile(r"\{\{[^{}\"']*\}\}")
# What stands before a token in a header, and is no secret.
SCHEMES = {"", "basic", "bearer", "digest", "token"}


class Emptied(NamedTuple):
    value: Any
    paths: list[str]


def emptied(value: Any, path: str = "") -> Emptied:
    """A JSON value with every secret in it emptied, and the paths of these, which begin
    with `path`."""
    plain = map_strings(value, lambda text: EXPRESSION.sub("", text))
    paths: list[str] = []
    return Emptied(_emptied(value, plain, redact(plain), path, paths), paths)


def _emptied(value: Any, plain: Any, shown: Any, path: str, paths: list[str]) -> Any:
    """`value`, of which `plain` is without expressions and `shown` also without secrets."""
    if plain == shown:
        return value
    if isinstance(shown, dict):
        return {
            name: _emptied(item, plain[name], shown[name], below(path, name), paths)
            for name, item in value.items()
        }
    if isinstance(shown, list):
        return [
            _emptied(item, plain[index], shown[index], f"{path}[{index}]", paths)
            for index, item in enumerate(value)
        ]
    if isinstance(plain, str) and _is_empty(plain, shown):
        return value
    paths.append(path)
    return _without_secrets(value, shown)


def _is_empty(plain: str, shown: str) -> bool:
    """Whether nothing but expressions stood where a secret would be."""
    if shown == REDACTED:
        return plain.strip().lower() in SCHEMES
    rest = shown.replace(REDACTED, "")
    return bool(_as_json(rest) == _as_json(plain))


def _as_json(text: str) -> Any:
    try:
        return parsed(text)
    except ValueError:
        return text


def _without_secrets(value: Any, shown: str) -> str:
    """What is left of a text. Nothing is, if it is a secret as a whole, or if cutting it
    could cut through a template."""
    if shown == REDACTED or MARKS.search(value):
        return ""
    return shown.replace(REDACTED_USER, "").replace(REDACTED, "")


def below(path: str, name: str) -> str:
    """The path of a field of the object at `path`."""
    return f"{path}.{name}" if path else name


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in `value` that is neither an object nor a list, with its path."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, below(path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    else:
        yield path, value

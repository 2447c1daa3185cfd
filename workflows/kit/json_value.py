"""JSON values and texts that both databases can store: limited in size, finite, without NUL."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NoReturn

from workflows.kit.json_encoder import encoder

MAX_COMPOSED = 10_000  # characters; the longest text is the description of a workflow
MAX_DEPTH = 100  # SQLite refuses 1,000, and Python's own parser gives up near there
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# Unicode categories of control characters, and of invisible ones: line breaks, changes of
# direction and the like, which would make two names look alike.
_CONTROL = {"Cc", "Cs"}
_INVISIBLE = {"Cf", "Zl", "Zp"}
# Joiners between letters of Persian or Hindi, and between parts of an emoji, are spelling.
_SPELT = r"[^\s\x00-\x7f\u200c\u200d]"
_JOINING = re.compile(rf"(?<={_SPELT})[\u200c\u200d](?={_SPELT})")


def text_problem(text: str, *, one_line: bool = False) -> str | None:
    """Why `text` cannot be stored, as a sentence; None if it can."""
    if one_line and (why := _line_problem(text)):
        return why
    if UNSTORABLE.search(text):
        return "Null characters and unpaired surrogates are not allowed."
    return None


def _line_problem(text: str) -> str | None:
    if text.isascii() and text.isprintable():  # nearly all are
        return None
    plain = _JOINING.sub("", text)
    categories = {unicodedata.category(char) for char in plain}
    if categories & _CONTROL:
        return "Control characters are not allowed."
    if categories & _INVISIBLE:
        return "Invisible characters are not allowed."
    if plain.strip() and all(category[0] in "MZ" for category in categories):
        return "At least one character must be visible."
    return None


_encode_finite = encoder(allow_nan=False)


def problem(value: Any, *, max_bytes: int) -> str | None:
    """Why `value` cannot be stored, as the end of a sentence; None if it can."""
    try:
        text = _encode_finite(value)
    except RecursionError:
        return f"is nested more than {MAX_DEPTH} levels deep"
    except ValueError:
        return "contains a number that JSON cannot represent: infinite or far too long"
    except TypeError as error:
        return f"is not JSON: {error}"
    if len(text) > max_bytes:
        return f"is larger than {max_bytes // 1024} KiB"
    # Nearly all values are short and of ASCII, in which nothing is wrong.
    if "\\u" not in text and text.count("{") + text.count("[") < MAX_DEPTH:
        return None
    return next(_problems_inside(value), None)


def parsed(text: str | bytes) -> Any:
    """The value of a JSON text. Raises `ValueError`, also for input that Python's own parser
    would accept (`NaN`, `1e999`) or fail on (endless brackets)."""
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise ValueError("the value is nested too deeply") from None


def storable(value: Any) -> Any:
    """`value` with every character that a database cannot store replaced by U+FFFD."""
    if isinstance(value, dict):
        return {storable(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else value


def same_json(one: Any, other: Any) -> bool:
    """Whether both are the same JSON: 1.0 is 1, and `true` is not. Numbers are compared as
    they are written, since PostgreSQL and browsers write 1e22 in other ways."""
    if _written(one) == _written(other):
        return True
    return _written(_with_whole_numbers(one)) == _written(_with_whole_numbers(other))


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _with_whole_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_whole_numbers(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(Decimal(repr(value)))
    return value


def composed(text: str) -> str:
    """`text` in Unicode's normal form C, so that equal names compare equal.

    Normalisation takes quadratic time in the number of combining marks, so a text of more
    than 10,000 characters is returned unchanged: a check of its length will refuse it.
    """
    if len(text) > MAX_COMPOSED:
        return text
    return unicodedata.normalize("NFC", text)


def map_strings(value: Any, change: Callable[[str], Any]) -> Any:
    """`value` with `change` applied to every string in it that is not a key."""
    if isinstance(value, dict):
        return {key: map_strings(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [map_strings(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def strings(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every string in `value` that is not a key, with its path, which begins at `path`."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(item, f"{path}[{index}]")
    elif isinstance(value, str):
        yield path, value


def _problems_inside(value: Any) -> Iterator[str]:
    ahead: list[tuple[Any, int]] = [(value, 1)]
    while ahead:
        item, depth = ahead.pop()
        if depth > MAX_DEPTH:
            yield f"is nested more than {MAX_DEPTH} levels deep"
        if isinstance(item, str) and UNSTORABLE.search(item):
            yield "contains a character that cannot be stored (NUL or unpaired surrogate)"
        if isinstance(item, dict):
            ahead += [(part, depth + 1) for pair in item.items() for part in pair]
        elif isinstance(item, list):
            ahead += [(part, depth + 1) for part in item]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number is too large")
    return number

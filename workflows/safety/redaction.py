"""Redacts secrets in everything that is put on record.

One rule for the input and output of every node: a value is redacted if its name looks like
that of a secret, wherever the name is: in JSON at any depth, in JSON inside a text, in
headers, URLs, forms and the like. All in linear time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

from workflows.kit.json_value import MAX_DEPTH, parsed

# "author" is not a secret, "authorization" is.
SENSITIVE = re.compile(
    r"auth(?!or(?!i[sz]))|cookie|token|secret|passw|passphrase|passcode|pwd|signature"
    r"|credential|session[-_ ]?id|bearer|jwt|(?<!by)(?<!com)(?<!over)pass(?![a-z])"
    r"|(?:api|access|account|encryption|master|private|shared|signing|ssh)[-_ ]?key",
    re.IGNORECASE,
)
TOKEN = re.compile("token", re.IGNORECASE)
# A number of tokens, or of tests that pass, is not a secret.
COUNTED = re.compile("token|pass(?![a-z])", re.IGNORECASE)
SHORTEST_SECRET = 12
LONGEST_REMEMBERED = 50
REDACTED = "***"  # replaces a secret
USER = re.compile(r"(?<=://)[^/?#\s\"'<>\\]*@")
REDACTED_USER = f"{REDACTED}:{REDACTED}@"
LOOKS_LIKE_JSON = re.compile(r"\s*[{\[]")
# `name=value`, as in queries, forms, cookies and connection strings.
NAME = re.compile(r"(?<![\w.~%+\[\]-])([\w.~%+\[\]-]+)=")
VALUE = re.compile(r"\"[^\"]*\"|'[^']*'|[^&\s\"'<>\\]*")
ENCODED = re.compile(r"[^&=\s\"'<>\\]*%[^&=\s\"'<>\\]*")
# `"name": value` of JSON inside a text: truncated, or one value per line.
FIELD = re.compile(r"(?:\\{0,7}[\"'])([\w .~-]{1,200})\\{0,7}[\"']\s{0,9}:\s{0,9}")
FIELD_VALUE = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?"
    r"|\\{1,7}[\"'](?:(?!\\{1,7}[\"']).)*(?:\\{1,7}[\"'])?|[^\s,}\]\"']+",
    re.DOTALL,
)
# Secrets as parameters of a URL; elsewhere these names may mean anything.
IN_URL = {"key", "sig"}
# Fields that hold the name in `{"name": "Authorization", "value": "..."}`.
NAME_FIELDS = ("name", "key", "header", "field")


def redact_named(items: Mapping[str, Any]) -> dict[str, Any]:
    """`items` with each value redacted whose name looks like that of a secret."""
    return {
        name: REDACTED if _is_secret(name, value) else value
        for name, value in items.items()
    }


def redact_known(value: Any, known: Collection[str]) -> Any:
    """A JSON value without any of the `known` secrets, in its keys as well."""
    if isinstance(value, dict):
        return {
            redact_known(name, known): redact_known(item, known)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [redact_known(item, known) for item in value]
    if isinstance(value, str):
        for secret in filter(None, known):
            value = value.replace(secret, REDACTED)
    return value


def contains_known(value: Any, known: Collection[str]) -> bool:
    """Whether a JSON value contains one of the `known` secrets, in a key or a text.

    A short word is not a secret: it may be the placeholder for a provider without keys.
    """
    secrets = [secret for secret in known if len(secret) >= SHORTEST_SECRET]
    ahead = [value]  # without recursion: a model may nest arguments to any depth
    while ahead:
        item = ahead.pop()
        if isinstance(item, str) and any(secret in item for secret in secrets):
            return True
        if isinstance(item, dict):
            ahead += [*item, *item.values()]
        elif isinstance(item, list):
            ahead += item
    return False


def redact(value: Any, *, levels: int = MAX_DEPTH) -> Any:
    """A JSON value with each value redacted whose name looks like that of a secret, and
    everything below `levels` levels."""
    if levels < 0:
        return REDACTED
    if isinstance(value, dict):
        return _redact_name_and_value(
            {
                name: REDACTED
                if _is_secret(name, item)
                else redact(item, levels=levels - 1)
                for name, item in value.items()
            }
        )
    if isinstance(value, list):
        return [redact(item, levels=levels - 1) for item in value]
    return _redact_text(value, levels=levels) if isinstance(value, str) else value


def _redact_text(text: str, *, levels: int) -> str:
    """A text without the secrets in its URLs, forms and JSON."""
    if LOOKS_LIKE_JSON.match(text):
        try:
            value = parsed(text)
        except ValueError:
            pass
        else:
            shown = redact(value, levels=levels - 1)
            return text if shown == value else json.dumps(shown, ensure_ascii=False)
    if "://" in text:
        text = USER.sub(REDACTED_USER, text)
    if ":" in text:
        text = _redact_fields(text)
    return _redact_pairs(text, levels=levels - 1) if "=" in text else text


def _redact_fields(text: str) -> str:
    """`"token": "..."` in a text that is not JSON as a whole."""
    parts: list[str] = []
    done = 0
    for found in FIELD.finditer(text):
        if found.start() < done:
            continue
        value = _match(FIELD_VALUE, text, found.end())
        plain = value.strip("\\\"'")
        is_none = plain in ("", "null", "true", "false") or (
            plain.isdecimal() and _is_only(COUNTED, found[1])
        )
        if SENSITIVE.search(found[1]) and not is_none:
            parts += [text[done : found.end()], f'"{REDACTED}"']
            done = found.end() + len(value)
    return "".join([*parts, text[done:]])


def _redact_pairs(text: str, *, levels: int) -> str:
    """`token=...` in a text."""
    parts: list[str] = []
    done = 0
    for found in NAME.finditer(text):
        begin, end = found.span()
        if begin >= done and (secret := _secret_at(text, found, levels)):
            parts += [text[done:end], REDACTED]
            done = end + len(secret)
    return "".join([*parts, text[done:]])


def _secret_at(text: str, found: re.Match[str], levels: int) -> str:
    """The value that follows a name if it is a secret; otherwise nothing."""
    name = unquote_plus(found[1])
    is_parameter = text[found.start() - 1 : found.start()] in ("?", "&")
    if SENSITIVE.search(name) or (is_parameter and name.lower() in IN_URL):
        value = _match(VALUE, text, found.end())
        is_count = value.isdecimal() and _is_only(TOKEN, name)
        return "" if is_count else value
    # A URL that is encoded as a parameter of another one.
    encoded = _match(ENCODED, text, found.end())
    plain = unquote_plus(encoded)
    has_secret = plain != encoded and redact(plain, levels=levels) != plain
    return encoded if has_secret else ""


def _match(pattern: re.Pattern[str], text: str, begin: int) -> str:
    found = pattern.match(text, begin)
    return found[0] if found else ""


def _redact_name_and_value(pair: dict[str, Any]) -> dict[str, Any]:
    if "value" in pair and any(
        isinstance(name := pair.get(word), str) and _is_secret(name, pair["value"])
        for word in NAME_FIELDS
    ):
        return {**pair, "value": REDACTED}
    return pair


def _is_secret(name: str, value: Any) -> bool:
    """Whether a value of that name is a secret; a number of tokens is not."""
    seems = _seems_secret if len(name) <= LONGEST_REMEMBERED else SENSITIVE.search
    if not seems(name) or value is None or isinstance(value, bool):
        return False
    return not (_is_count(value) and _is_only(COUNTED, name))


@lru_cache(maxsize=2_000)
def _seems_secret(name: str) -> bool:
    """Each run has the same names."""
    return SENSITIVE.search(name) is not None


def _is_only(what: re.Pattern[str], name: str) -> bool:
    """Whether nothing but `what` makes the name look like that of a secret."""
    return bool(what.search(name)) and not SENSITIVE.search(what.sub("", name))


def _is_count(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_count, value.values()))
    return isinstance(value, int | float)

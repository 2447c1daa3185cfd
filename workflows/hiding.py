"""Secrets, kept out of what is put on record."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx

SENSITIVE = re.compile(
    r"auth|cookie|token|secret|passw|signature|credential|api[-_]?key|access[-_]?key",
    re.IGNORECASE,
)
SHORTEST_SECRET = 12
HIDDEN = "***"  # what stands for a secret on record
MASK = re.compile(r"[*•]{2}|[#x]{4}|…|\.{3}", re.IGNORECASE)
# So many characters of a secret, one after the other, are no accident: fewer next to a mask.
TELLING_PART = 6
MASKED_PART = 3
ADDRESS = re.compile(r"https?://[^\s\"'<>\\]+")


def without_secrets(items: Mapping[str, Any]) -> dict[str, Any]:
    """`items` with each value hidden whose name looks like that of a secret."""
    return {
        name: HIDDEN if SENSITIVE.search(name) else value
        for name, value in items.items()
    }


def shown_address(text: str) -> str:
    """An address without its password and without parameters that look secret."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return text
    if url.userinfo:
        url = url.copy_with(username=HIDDEN, password=HIDDEN)
    for name in filter(SENSITIVE.search, url.params):
        url = url.copy_set_param(name, HIDDEN)
    return str(url)


def without_known(value: Any, known: Collection[str]) -> Any:
    """A JSON value without any of the `known` secrets, in keys neither."""
    if isinstance(value, dict):
        return {
            without_known(name, known): without_known(item, known)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [without_known(item, known) for item in value]
    if isinstance(value, str):
        for secret in filter(None, known):
            value = value.replace(secret, HIDDEN)
    return value


def holds_known(value: Any, known: Collection[str]) -> bool:
    """Whether a JSON value holds one of the `known` secrets, in a key or a text.

    A short word, such as providers without keys are given for one, is no secret.
    """
    telling = [secret for secret in known if len(secret) >= SHORTEST_SECRET]
    ahead = [value]  # not by recursion: a model nests as deep as it likes
    while ahead:
        item = ahead.pop()
        if isinstance(item, str) and any(secret in item for secret in telling):
            return True
        if isinstance(item, dict):
            ahead += [*item, *item.values()]
        elif isinstance(item, list):
            ahead += item
    return False


def resembles(text: str, secret: str) -> bool:
    """Whether a text holds a part of a secret, perhaps masked as in `sk-ab****yz`, or
    encoded as in a header or an address.

    A short word is no secret.
    """
    if len(secret) < SHORTEST_SECRET:
        return False
    said = _letters(text)
    telling = MASKED_PART if MASK.search(text) else TELLING_PART
    # Of what is encoded, three characters are an accident, next to a mask as well.
    return _shares(said, _letters(secret), telling) or any(
        _shares(said, _letters(form), TELLING_PART) for form in _encoded(secret)
    )


def _shares(said: str, hidden: str, telling: int) -> bool:
    starts = range(len(hidden) - telling + 1)
    return any(hidden[start : start + telling] in said for start in starts)


def _encoded(secret: str) -> Iterator[str]:
    """Other spellings of a secret, as far as `_letters` tells them apart: the kinds of base64
    differ in marks only, and what is quoted to the last character is hexadecimal."""
    plain = secret.encode()
    yield plain.hex()
    yield quote(secret, safe="")
    for before in range(3):  # base64 depends on what stands before, as in `user:key`
        whole = b64encode(bytes(before) + plain).decode()
        yield whole[4:] if before else whole


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


def without_suspects(value: Any) -> Any:
    """A JSON value without what looks secret: by its name, or as part of an address."""
    if isinstance(value, dict):
        shown = {name: without_suspects(item) for name, item in value.items()}
        return without_secrets(shown)
    if isinstance(value, list):
        return [without_suspects(item) for item in value]
    if isinstance(value, str):
        return ADDRESS.sub(lambda found: shown_address(found[0]), value)
    return value

"""A language for tests: every text that was translated stands in ⟦ ⟧.

It takes the place of Danish, so that requests ask for it as for any language.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from gettext import NullTranslations
from html.parser import HTMLParser

import pytest
from django.utils.translation import trans_real
from typing_extensions import override

LANGUAGE = "da"
_CONTEXT = trans_real.CONTEXT_SEPARATOR
# What stands in these is for browsers, or code.
_NOT_READ = {"script", "style", "code", "pre", "textarea"}
_WITHOUT_END = {"br", "col", "hr", "img", "input", "link", "meta", "path", "use", "wbr"}
_READ = ("title", "aria-label", "placeholder", "alt", "label", "data-label")
_WORD = re.compile(r"[^\W\d_]{2,}")


class Pseudo(NullTranslations):
    """Each text in brackets, whatever its context."""

    @override
    def gettext(self, message: str) -> str:
        return f"⟦{message.rpartition(_CONTEXT)[2]}⟧" if message else ""

    @override
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def to_language(self) -> str:
        return LANGUAGE

    def language(self) -> str:
        return LANGUAGE


def speak(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, Danish is the pseudo-language."""
    monkeypatch.setitem(trans_real._translations, LANGUAGE, Pseudo())


def untranslated(page: str, data: Collection[str]) -> list[str]:
    """The texts of a page that people read and nobody can translate: those outside of all
    brackets, without what is in the database (`data`)."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.depth == 0, "a text was cut inside of its brackets"
    known = re.compile("|".join(map(re.escape, sorted(data, key=len, reverse=True))))
    left = (text for text in reader.texts if _WORD.search(text))
    return [text for text in left if _WORD.search(known.sub(" ", _whole(text, data)))]


def _whole(text: str, data: Collection[str]) -> str:
    """Without a long name that ends in "…"."""
    begun, cut, rest = text.partition("…")
    is_name = cut and any(name.startswith(begun.strip()) for name in data)
    return rest if is_name else text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.path: list[str] = []
        self.depth = 0
        self.texts: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in _WITHOUT_END:
            is_data = (given.get("class") or "").split()[:1] == ["o-json"]
            self.path.append("code" if is_data else tag)
        read = [given.get(name) for name in _READ]
        if tag == "input" and given.get("type") in ("submit", "button"):
            read.append(given.get("value"))
        if self.depth == 0:
            self.texts += [_outside(text, 0)[0] for text in read if text]

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in _WITHOUT_END:
            return
        self.path.pop()

    @override
    def handle_data(self, data: str) -> None:
        outside, self.depth = _outside(data, self.depth)
        if not _NOT_READ & {*self.path}:
            self.texts.append(outside)


def _outside(text: str, depth: int) -> tuple[str, int]:
    """What stands outside of brackets, and how many are still open."""
    return " ".join("".join(_kept(text, depth)).split()), depth + text.count(
        "⟦"
    ) - text.count("⟧")


def _kept(text: str, depth: int) -> Iterator[str]:
    for character in text:
        depth += (character == "⟦") - (character == "⟧")
        if depth == 0:
            yield " " if character == "⟧" else character

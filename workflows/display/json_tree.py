"""A JSON value as a tree that opens and closes without a script, in bounded room."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflows.display.numbers import grouped
from workflows.safety.redaction import REDACTED

MOST_ITEMS = 100
LONGEST_TEXT = 4_000
DEEPEST = 12
# So many levels are open at first.
OPEN = 2


@dataclass(slots=True)
class Room:
    """The characters of HTML that are left on a page. Once there are none, values end early."""

    left: int

    def take(self, html: str) -> str:
        self.left -= len(html)
        return html


def json_tree(value: Any, room: Room) -> SafeString:
    """The value as the contents of an `.o-json` element."""
    # Each part below is made of constants and of escaped texts.
    return mark_safe("".join(_value(value, room, "", 0)))  # noqa: S308


def _value(value: Any, room: Room, key: str, depth: int) -> Iterator[str]:
    if isinstance(value, dict) and value:
        count = len(value)
        more = ngettext("{} field", "{} fields", count).format(count)
        items = [(_key(name), each) for name, each in _first(list(value.items()))]
        yield from _branch(items, count, room, f"{key}{{", more, depth)
    elif isinstance(value, list) and value:
        count = len(value)
        more = ngettext("{} item", "{} items", count).format(count)
        leaves = [("", each) for each in _first(value)]
        yield from _branch(leaves, count, room, f"{key}[", more, depth)
    else:
        yield room.take(f'<div class="o-json__row">{key}{_leaf(value)}</div>')


def _first(items: Sequence[Any]) -> Sequence[Any]:
    return items[:MOST_ITEMS]


def _branch(
    items: list[tuple[str, Any]],
    count: int,
    room: Room,
    opening: str,
    more: str,
    depth: int,
) -> Iterator[str]:
    is_open = " open" if depth < OPEN else ""
    yield room.take(
        f"<details{is_open}><summary>{opening} "
        f'<span class="j-more">{more}</span></summary>'
    )
    shown = 0
    for key, each in items:
        if room.left <= 0 or depth >= DEEPEST:
            break
        yield from _value(each, room, key, depth + 1)
        shown += 1
    if shown < count:
        rest = _("… {} more").format(count - shown)
        yield room.take(
            f'<div class="o-json__row"><span class="j-more">{rest}</span></div>'
        )
    yield room.take("</details>")


def _key(name: str) -> str:
    return f'<span class="j-key">{escape(name)}</span>: '


def _leaf(value: Any) -> str:
    if value == REDACTED:
        return (
            f'<span class="j-word">{REDACTED}</span> '
            f'<span class="j-more">{_("hidden")}</span>'
        )
    if isinstance(value, str):
        return f'<span class="j-text">"{escape(_shortened(value))}"</span>'
    if isinstance(value, bool) or value is None:
        return f'<span class="j-word">{json.dumps(value)}</span>'
    if isinstance(value, int | float):
        return f'<span class="j-number">{json.dumps(value)}</span>'
    return "{ }" if isinstance(value, dict) else "[ ]"


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    more = _("… ({} characters in all)").format(grouped(len(text)))
    return f"{text[:LONGEST_TEXT]}{more}"


def size_of(value: Any) -> int:
    """The length of the value as JSON."""
    return len(json.dumps(value, ensure_ascii=False))

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.utils.html import strip_tags

from workflows.display.json_tree import MOST_ITEMS, Room, json_tree


def tree(value: Any, left: int = 100_000) -> str:
    return str(json_tree(value, Room(left)))


def told(html: str) -> str:
    return " ".join(strip_tags(html).replace("&quot;", '"').split())


def test_values_are_told_by_their_kind() -> None:
    html = tree({"name": "ana", "days": 3, "paid": True, "note": None, "tags": []})
    assert told(html) == ('{ 5 fieldsname: "ana"days: 3paid: truenote: nulltags: [ ]')
    for kind, text in (("text", '"ana"'), ("number", "3"), ("word", "true")):
        assert f'<span class="j-{kind}">{text}</span>' in html


def test_two_levels_are_open_and_deeper_ones_closed() -> None:
    html = tree({"a": {"b": {"c": 1}}})
    assert html.count("<details open>") == 2
    assert html.count("<details>") == 1


def test_secrets_are_marked_as_hidden() -> None:
    html = tree({"api_key": "***"})
    assert '<span class="j-word">***</span> <span class="j-more">hidden</span>' in html


def test_markup_is_harmless() -> None:
    html = tree({"<script>": ["<img src=x>", {"a": "</details>"}]})
    assert "<script>" not in html
    assert "<img" not in html
    assert "&lt;/details&gt;" in html


def test_long_values_end_early_and_say_so() -> None:
    assert "… 50 more" in tree(list(range(MOST_ITEMS + 50)))
    assert "… (5,000 characters in all)" in tree("x" * 5_000)
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    assert "… 1 more" in tree(deep)


class Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_without_room_has_whole_elements_and_little_more() -> None:
    value = {f"field {n}": {"inner": ["text"] * 20} for n in range(60)}
    room = Room(2_000)
    html = str(json_tree(value, room))
    assert room.left <= 0
    assert len(html) < 3_500
    balance = Balance()
    balance.feed(html)
    assert balance.open == []
    assert "more" in html

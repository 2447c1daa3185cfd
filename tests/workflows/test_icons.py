"""The sprite of the pages: icons of Lucide, and our own shapes of states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from platform_site.local.data_dir import BASE_DIR
from workflows.kit.lucide_icons import icon_names
from workflows.registry import registry
from workflows.templatetags.ostinato_icons import INTERFACE_ICONS, icon, sprite

FRONTEND = BASE_DIR / "frontend" / "src"
TEMPLATES = BASE_DIR / "workflows" / "templates" / "ostinato"
# Every state of schedules and of runs that the design has a shape for.
STATES = """
    active cancelled down ended failed failing missed overdue paused proposed queued running skipped
    succeeded waiting
"""


def ids() -> set[str]:
    symbols = ElementTree.fromstring(sprite())
    assert {symbol.tag for symbol in symbols} == {"symbol"}
    return {symbol.attrib["id"] for symbol in symbols}


def used(folder: Path, suffix: str, pattern: str) -> Iterator[str]:
    for path in folder.rglob(f"*{suffix}"):
        yield from re.findall(pattern, path.read_text())


def test_the_sprite_has_every_icon_of_a_component_and_of_the_interface() -> None:
    of_components = {component.icon for component in registry.all()}
    icons = {f"i-{name}" for name in {*of_components, *INTERFACE_ICONS}}
    assert ids() == icons | {f"s-{state}" for state in STATES.split()}


def test_every_icon_of_the_interface_is_one_of_lucide() -> None:
    assert set(INTERFACE_ICONS) - icon_names() == set()
    assert sorted(set(INTERFACE_ICONS)) == list(INTERFACE_ICONS)


def test_every_icon_of_the_templates_is_in_the_sprite() -> None:
    names = set(used(TEMPLATES, ".html", r'{% icon "([^"]+)"'))
    assert "chevron-right" in names
    assert names - set(INTERFACE_ICONS) == set()


def test_every_icon_of_the_canvas_is_in_the_sprite() -> None:
    given = used(FRONTEND, ".tsx", r'<Icon\b[^>]*?\bname=("[^"]+"|\{[^}]+\})')
    names = {name for each in given for name in re.findall(r'"([^"]+)"', each)}
    assert "circle-question-mark" in names
    assert names - set(INTERFACE_ICONS) == set()


def test_an_icon_is_hidden_from_screen_readers() -> None:
    assert icon("play", "is-large") == (
        '<svg class="o-icon is-large" aria-hidden="true"><use href="#i-play"/></svg>'
    )

"""The icons of Ostinato's own pages: `{% sprite %}` once a page, `{% icon "play" %}` anywhere."""

from __future__ import annotations

from functools import cache

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from workflows.kit.lucide_icons import symbols
from workflows.registry import registry

register = template.Library()
# What templates and the canvas draw, by Lucide's names; components bring their own.
_NAMES = """
    activity arrow-down arrow-right arrow-up bookmark-plus bot braces calendar-check
    calendar-clock calendar-days calendar-off calendar-plus calendar-search calendar-x
    check chevron-down chevron-left chevron-right chevron-up circle-dot
    circle-question-mark circle-stop clipboard-paste clock-arrow-down clock-arrow-up
    code copy download ellipsis external-link eye file-braces file-plus gauge
    git-compare-arrows git-merge globe grid-3x3 grip-vertical hand history hourglass
    info key-round keyboard layers layout-grid link list-filter list-todo list-tree
    lock log-out mail map maximize menu message-square minus moon mouse-pointer-click
    package pause pencil play plus redo-2 refresh-cw repeat rotate-ccw save
    scroll-text search settings-2 shapes shield skip-forward sliders-horizontal split
    square-function stamp sticky-note sun sun-moon tag trash-2 triangle-alert undo-2
    unlink upload user users webhook workflow wrench x zap zoom-in zoom-out
"""
INTERFACE_ICONS = tuple(_NAMES.split())


@register.simple_tag
def sprite() -> SafeString:
    """The hidden SVG from which icons (`#i-play`) and state shapes (`#s-failed`) are used."""
    of_components = {component.icon for component in registry.all()}
    return _sprite(frozenset({*INTERFACE_ICONS, *of_components}))


@cache
def _sprite(names: frozenset[str]) -> SafeString:
    shapes = render_to_string("ostinato/admin/state_shapes.svg")
    drawings = "\n".join([*symbols(sorted(names)), shapes])
    # Lucide's files and our own: nothing in them comes from users.
    return mark_safe(  # noqa: S308
        f'<svg class="o-sprite" aria-hidden="true">\n{drawings}</svg>'
    )


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of the sprite, with further classes. Text beside it says what it means."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>',
        f"o-icon {extra}".rstrip(),
        name,
    )

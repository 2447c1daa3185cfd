"""Template tags and filters of the pages of executions."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django import template

from workflows.display.languages import in_language
from workflows.display.marks import mark_html
from workflows.display.numbers import grouped
from workflows.display.people import initials

register = template.Library()
register.simple_tag(mark_html, name="mark")
register.filter(initials)
register.filter(grouped)
register.filter(in_language)


@register.filter
def as_text(value: Any) -> str:
    """A text unchanged, any other JSON value indented."""
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False)


@register.filter
def took(began: datetime | None, ended: datetime | None) -> str:
    """The time between two times, such as "0.31 s"; empty if one is unknown."""
    if began is None or ended is None:
        return ""
    return f"{(ended - began).total_seconds():.2f} s"

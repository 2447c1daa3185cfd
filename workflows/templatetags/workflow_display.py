"""Template filters that show the input, output and duration of nodes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django import template

register = template.Library()


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

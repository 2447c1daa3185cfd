"""How pages show what nodes took and gave."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django import template

register = template.Library()


@register.filter
def as_text(value: Any) -> str:
    """A text as it is, any other JSON value spread over lines."""
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False)


@register.filter
def took(began: datetime | None, ended: datetime | None) -> str:
    """The seconds between the two, as "0.31 s"; nothing while one is not known."""
    if began is None or ended is None:
        return ""
    return f"{(ended - began).total_seconds():.2f} s"

"""How often something may be asked for: the settings `API_RATE` and `HOOK_RATE`."""

from __future__ import annotations

import re

from platform_site.variables import matching

# REST framework reads the first letter of the period alone, and only when it is asked.
RATE = re.compile(r"[1-9][0-9]{0,8}/(s|sec|second|m|min|minute|h|hour|d|day)")
ACCEPTED = (
    "it looks like 1000/hour, a whole number from 1 on and second, minute, hour or day; "
    "leave it empty for no bound"
)


def rate(text: str) -> str:
    """The rate. Raises `ValueError` if it is none: every request would else be an error
    of the server."""
    return matching(RATE, text)

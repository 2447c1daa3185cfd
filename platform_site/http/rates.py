"""How often something may be asked for: the settings `API_RATE`, `HOOK_RATE` and `LOGIN_RATE`."""

from __future__ import annotations

import re

from platform_site.variables import Kind, matching

# REST framework reads the first letter of the period alone, and only when it is asked: one
# that is none would be an error of the server at every request.
PATTERN = re.compile(r"[1-9][0-9]{0,8}/(s|sec|second|m|min|minute|h|hour|d|day)")


def rate(text: str) -> str:
    """The rate; raises `ValueError` if it is none."""
    return matching(PATTERN, text)


RATE = Kind(
    "it looks like 1000/hour, a whole number from 1 on and second, minute, hour or day; "
    "leave it empty for the default",
    rate,
)

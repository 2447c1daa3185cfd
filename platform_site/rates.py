"""How often something may be asked for: the settings `API_RATE` and `HOOK_RATE`."""

from __future__ import annotations

import re
import sys

# REST framework reads the first letter of the period alone, and only when it is asked.
RATE = re.compile(r"[1-9][0-9]{0,8}/(s|sec|second|m|min|minute|h|hour|d|day)")


def rate(name: str, text: str) -> str | None:
    """The rate that the setting `name` holds; None if it is empty.

    Ends the process if it is none: every request would else be an error of the server.
    """
    if not text:
        return None
    if not RATE.fullmatch(text):
        # Every command reads the settings: one line instead of their traceback.
        sys.exit(
            f"{name} cannot be read: it looks like 1000/hour, a whole number from 1 on "
            "and second, minute, hour or day; leave it empty for no bound."
        )
    return text

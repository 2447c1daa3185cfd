"""Logs an outage without flooding the log: a warning at once, then one every 30 seconds."""

from __future__ import annotations

import re
import time
from typing import Any

import structlog

EVERY_SECONDS = 30.0
MOST_KEPT = 100
LONGEST_KEY = 200
NUMBERS = re.compile(r"[\da-f]{6,}|\d+", re.IGNORECASE)
# When each warning was last written, and how often it has been left out since.
_written: dict[tuple[OutageLog, str, str], tuple[float, int]] = {}


class OutageLog:
    """Limits a warning that every attempt would repeat to one every 30 seconds.

    Warnings with different events or errors are counted separately; numbers and ids in the
    error are ignored. `left_out` is how many warnings have been left out in between.
    """

    def __init__(self, log: structlog.stdlib.BoundLogger) -> None:
        self._log = log

    def warning(self, event: str, *, error: str = "", **fields: Any) -> None:
        """Log `event`, unless the same was logged within the last 30 seconds."""
        now = time.monotonic()
        key = self, event, NUMBERS.sub("#", error[:LONGEST_KEY])
        at, left_out = _written.get(key, (now - EVERY_SECONDS, 0))
        if now - at < EVERY_SECONDS:
            _written[key] = at, left_out + 1
            return
        if len(_written) >= MOST_KEPT:
            _written.clear()
        _written[key] = now, 0
        if error:
            fields["error"] = error
        if left_out:
            fields["left_out"] = left_out
        self._log.warning(event, **fields)

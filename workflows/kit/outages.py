"""Log lines of an outage: one when it begins, and then a few for as long as it lasts."""

from __future__ import annotations

import re
import time
from typing import Any

import structlog

EVERY_SECONDS = 30.0
MOST_KEPT = 100
LONGEST_KEY = 200
NUMBERS = re.compile(r"[\da-f]{6,}|\d+", re.IGNORECASE)
# When each warning was written last, and how often it has been left out since.
_written: dict[tuple[OutageLog, str, str], tuple[float, int]] = {}


class OutageLog:
    """Writes a warning that every try would repeat at once, then twice a minute.

    What differs in its event or its error is another warning; numbers and ids in the error
    make no difference. How many were left out is told as `left_out`.
    """

    def __init__(self, log: structlog.stdlib.BoundLogger) -> None:
        self._log = log

    def warning(self, event: str, *, error: str = "", **fields: Any) -> None:
        """Log `event` unless the same was logged a moment ago."""
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

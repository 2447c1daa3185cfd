"""The handler of all logs: lines that say the same again and again are counted, not written.

An error that repeats itself would else fill a disk with it in minutes.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

# So many equal warnings or errors are written in so many seconds.
MOST_EQUAL = 10
PERIOD_SECONDS = 10.0
# Of so many different lines it is known how often they came.
MOST_KNOWN = 500
LEFT_OUT = "%d more lines like this were left out within %d seconds: %s"
LONGEST_WORDS = 500
NO_PART_OF_THE_WORDS = {"timestamp"}

Key = tuple[str, int, str]


@dataclass(slots=True)
class Period:
    """How often a line came since the first time in this period."""

    began: float
    count: int = 0


class BoundedHandler(logging.StreamHandler[Any]):
    """Writes to stderr. Lines below a warning are never left out: they say what was done."""

    def __init__(self) -> None:
        super().__init__()
        self._periods: OrderedDict[Key, Period] = OrderedDict()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        now = time.monotonic()
        self._end_periods(now)
        if record.levelno < logging.WARNING or self._may_be_written(_key(record), now):
            super().emit(record)

    @override
    def setStream(self, stream: Any) -> Any:
        self._periods.clear()  # another stream has not had any of these lines
        return super().setStream(stream)

    @override
    def close(self) -> None:
        self._end_periods(float("inf"))
        super().close()

    def _may_be_written(self, key: Key, now: float) -> bool:
        period = self._periods.setdefault(key, Period(now))
        period.count += 1
        while len(self._periods) > MOST_KNOWN:
            self._end_oldest()
        return period.count <= MOST_EQUAL

    def _end_periods(self, now: float) -> None:
        """Say what was left out in the periods that are over; the oldest comes first."""
        while self._periods:
            oldest = next(iter(self._periods.values()))
            if now - oldest.began < PERIOD_SECONDS:
                return
            self._end_oldest()

    def _end_oldest(self) -> None:
        (logger, level, words), period = self._periods.popitem(last=False)
        words = words[:LONGEST_WORDS]
        if (left_out := period.count - MOST_EQUAL) > 0:
            told = (left_out, PERIOD_SECONDS, words)
            super().emit(
                logging.LogRecord(logger, level, "", 0, LEFT_OUT, told, exc_info=None)
            )


def _key(record: logging.LogRecord) -> Key:
    """What makes two lines equal: all but the time, and the kind of an exception."""
    kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
    if isinstance(record.msg, dict):  # of structlog
        parts = {
            name: value
            for name, value in record.msg.items()
            if name not in NO_PART_OF_THE_WORDS
        }
        return record.name, record.levelno, f"{parts} {kind}".strip()
    return record.name, record.levelno, f"{record.getMessage()} {kind}".strip()

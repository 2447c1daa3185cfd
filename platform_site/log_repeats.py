"""The log handler: repeated warnings and errors are counted instead of written.

An error that repeats itself could otherwise fill a disk in minutes.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

# At most MAX_EQUAL equal warnings or errors are written in PERIOD_SECONDS.
MAX_EQUAL = 10
PERIOD_SECONDS = 10.0
# For how many different lines the repetitions are counted.
MAX_COUNTED = 500
OMITTED = "%d more lines like this were omitted within %d seconds: %s"
LONGEST_TEXT = 500
IGNORED_FIELDS = {"timestamp"}

Key = tuple[str, int, str]


@dataclass(slots=True)
class Period:
    """How often a line has been logged since its first time in this period."""

    began: float
    count: int = 0


class BoundedHandler(logging.StreamHandler[Any]):
    """Writes to stderr. Lines below WARNING are never omitted: they record what was done."""

    def __init__(self) -> None:
        super().__init__()
        self._periods: OrderedDict[Key, Period] = OrderedDict()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        now = time.monotonic()
        self._end_periods(now)
        if record.levelno < logging.WARNING or self._may_be_written(_key(record), now):
            super().emit(record)

    def write_lines(self, logger: str, texts: Iterable[str]) -> None:
        """Write lines below WARNING as they are, each text at once."""
        self.acquire()
        try:
            self._end_periods(time.monotonic())
            for text in texts:
                self.stream.write(text)
                self.flush()
        except RecursionError:
            raise
        except Exception:  # noqa: BLE001 as `emit` of the standard library
            lost = logging.LogRecord(logger, logging.INFO, "", 0, "", (), None)
            self.handleError(lost)
        finally:
            self.release()

    @override
    def setStream(self, stream: Any) -> Any:
        self._periods.clear()  # the new stream has none of these lines yet
        return super().setStream(stream)

    @override
    def close(self) -> None:
        self._end_periods(float("inf"))
        super().close()

    def _may_be_written(self, key: Key, now: float) -> bool:
        period = self._periods.setdefault(key, Period(now))
        period.count += 1
        while len(self._periods) > MAX_COUNTED:
            self._end_oldest()
        return period.count <= MAX_EQUAL

    def _end_periods(self, now: float) -> None:
        """Log what was omitted in the periods that are over, the oldest first."""
        while self._periods:
            oldest = next(iter(self._periods.values()))
            if now - oldest.began < PERIOD_SECONDS:
                return
            self._end_oldest()

    def _end_oldest(self) -> None:
        (logger, level, text), period = self._periods.popitem(last=False)
        text = text[:LONGEST_TEXT]
        if (omitted := period.count - MAX_EQUAL) > 0:
            args = (omitted, PERIOD_SECONDS, text)
            super().emit(
                logging.LogRecord(logger, level, "", 0, OMITTED, args, exc_info=None)
            )


def _key(record: logging.LogRecord) -> Key:
    """What makes two lines equal: all fields but the time, and the type of the exception."""
    kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
    if isinstance(record.msg, dict):  # a structlog event
        parts = {
            name: value
            for name, value in record.msg.items()
            if name not in IGNORED_FIELDS
        }
        return record.name, record.levelno, f"{parts} {kind}".strip()
    return record.name, record.levelno, f"{record.getMessage()} {kind}".strip()

"""The latest end of a process that was asked to end: whatever does not answer then, database or
Redis, is not waited for.

A thread watches the signals. Python's own handlers run in the main thread, and only between
two steps of it, which may be far apart: a driver may wait in C for a server that hangs.
"""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Callable
from typing import Self

# Since the first signal.
LATEST_END_SECONDS = 12.0
# A signal that comes sooner than this is the first one again: whoever presses Ctrl-C sends it
# to all processes, and `manage.py up` passes it on.
SAME_SIGNAL_SECONDS = 1.0
SIGNALS = {signal.SIGTERM, signal.SIGINT}


class LatestEnd:
    """During the body, calls `end` in a thread when a second signal comes, or long after the
    first one."""

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end
        self._asked_at: float | None = None

    def __enter__(self) -> Self:
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)
        # Written to by C, at once, for each signal that has a handler.
        self._before = signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        threading.Thread(target=self._watch, daemon=True, name="latest end").start()
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(self._before)
        os.close(self._writing)

    def _watch(self) -> None:
        with open(self._reading, "rb", buffering=0) as signals:
            while select.select([signals], [], [], self._seconds_left())[0]:
                if not (numbers := signals.read(1)):
                    return  # the body has ended
                if numbers[0] in SIGNALS and self._is_second():
                    break
        self._end()

    def _seconds_left(self) -> float | None:
        if self._asked_at is None:
            return None
        return max(0.0, self._asked_at + LATEST_END_SECONDS - time.monotonic())

    def _is_second(self) -> bool:
        now = time.monotonic()
        if self._asked_at is None:
            self._asked_at = now
        return now - self._asked_at >= SAME_SIGNAL_SECONDS

"""A deadline for work in the main thread, which the work cannot swallow."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from workflows.exceptions import TimedOut


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise `TimedOut` in the body once `seconds` have passed.

    It takes the process's one alarm, and with it the place of RQ's own time-out, whose
    exception a node could catch.
    """

    def expire(signum: int, frame: FrameType | None) -> None:
        raise TimedOut

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

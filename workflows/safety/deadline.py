"""A deadline for work in the main thread, which the work cannot swallow."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from workflows.exceptions import TimedOut

AT_ONCE = 0.001  # 0 would stop the alarm


@contextmanager
def deadline(
    seconds: float, *, raising: type[BaseException] | None = None
) -> Iterator[Callable[[], None]]:
    """Raise `TimedOut`, or another, in the body once `seconds` have passed.

    What it gives raises it again if it was raised before, and swallowed.

    It takes the process's one alarm, and with it the place of RQ's own time-out, whose
    exception a node could catch. One inside another leaves the outer one its due: an alarm
    that comes before our time is the outer one's.
    """
    began = time.monotonic()
    outer, _ = signal.getitimer(signal.ITIMER_REAL)
    passed = False

    def check() -> None:
        if passed:
            raise raising() if raising else TimedOut(seconds)

    def expire(signum: int, frame: FrameType | None) -> None:
        nonlocal outer, passed
        if time.monotonic() - began >= seconds - AT_ONCE:
            passed = True
            check()
        # It has come; it must not come again while things are put in order.
        outer = 0.0
        if callable(before):
            before(signum, frame)

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, min(seconds, outer or seconds))
    try:
        yield check
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if outer:
            left = outer - (time.monotonic() - began)
            signal.setitimer(signal.ITIMER_REAL, max(left, AT_ONCE))

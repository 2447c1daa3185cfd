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
    """Raise `TimedOut`, or `raising`, in the body once `seconds` have passed.

    Yields a function that raises it again if the body has swallowed it.

    Uses the only alarm of the process, and thereby replaces RQ's own timeout, whose
    exception a node could catch. Deadlines can be nested: an alarm that comes before this
    deadline belongs to the outer one.
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
        # The outer alarm has fired. It must not fire again during cleanup.
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

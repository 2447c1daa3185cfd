"""Read by every Python process under libfaketime: gives `time.sleep` back to it.

Python sleeps until an instant of the monotonic clock. libfaketime moves that instant even
when it leaves that clock alone, so that every sleep fails as an invalid argument.
"""

from __future__ import annotations

import select
import time


def _sleep(seconds: float, /) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = _sleep

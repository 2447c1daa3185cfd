"""Leaves SQLite's write lock to others between the transactions of a series.

SQLite has one write lock and no queue for it: a series that requests it again at once gets
it again, and a tick or a lease waits for seconds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from django.db import connection

# The lock stays free for as long as it was held, up to this limit. SQLite's clients that
# have waited for some time retry every 0.1 s, so all of them get a chance within it.
LONGEST_PAUSE_SECONDS = 0.12
_one_at_a_time = Lock()
_free_until = 0.0


@contextmanager
def brief_write(longest_pause: float = LONGEST_PAUSE_SECONDS) -> Iterator[None]:
    """Wraps one transaction of a series. On SQLite only one runs at a time in a process, and
    the next one waits until others could have had the lock: as long as this one had it, and
    at most `longest_pause` seconds. What the caller does until then is part of the pause."""
    global _free_until
    if connection.vendor != "sqlite":
        yield
        return
    with _one_at_a_time:
        left = _free_until - time.monotonic()
        time.sleep(min(max(0.0, left), LONGEST_PAUSE_SECONDS))
        began = time.monotonic()
        try:
            yield
        finally:
            ended = time.monotonic()
            _free_until = ended + min(ended - began, longest_pause)

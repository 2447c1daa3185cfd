"""Turns of those who write many times in a row.

SQLite has one write lock and no queue for it: who asks again at once has it again, and a
tick or a lease waits for seconds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from django.db import connection

# The lock stays free for as long as it was held, but no longer than that. Who has waited
# for long asks SQLite for it every 0.1 s: in a longer breath everybody comes to ask.
LONGEST_BREATH_SECONDS = 0.12
_one_at_a_time = Lock()


@contextmanager
def brief_write() -> Iterator[None]:
    """One transaction of many. On SQLite those of a process come one after the other, and
    after each the lock is left to others."""
    if connection.vendor != "sqlite":
        yield
        return
    with _one_at_a_time:
        began = time.monotonic()
        try:
            yield
        finally:
            time.sleep(min(time.monotonic() - began, LONGEST_BREATH_SECONDS))

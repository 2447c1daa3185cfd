"""SQLite's write lock: left to others between the transactions of a series, and handed on at
once between processes that write all the time.

SQLite has one write lock and no queue for it: a series that requests it again at once gets
it again, and a tick or a lease waits for seconds. Who finds it taken sleeps and looks again.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
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
_queue: int | None = None


def new_queue() -> int:
    """A queue for the write lock: a file descriptor for processes that are forked with it."""
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def use_queue(queue: int) -> None:
    """Have this process wait in the queue from now on, in `queued_write`."""
    global _queue
    _queue = queue


@contextmanager
def queued_write() -> Iterator[None]:
    """Wraps one short transaction. On SQLite it waits for those of the processes with the same
    queue, and goes on the moment they are over; the end of a process ends its turn as well.
    For the main thread only: a process has one turn at a time."""
    if _queue is None or connection.vendor != "sqlite":
        yield
        return
    fcntl.lockf(_queue, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.lockf(_queue, fcntl.LOCK_UN)


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

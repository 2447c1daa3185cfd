"""The lock that the embedded Valkey holds on its folder for as long as it lives.

The server inherits the locked file, so the kernel releases the lock however the server ends. A
copy of the folder contains a copy of the file, but not its lock.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

END_SECONDS = 5.0


class FolderInUse(OSError):
    """A leftover server in the folder does not end."""


@contextmanager
def valkey_lock(path: Path) -> Iterator[tuple[int, Callable[[int], None]]]:
    """The locked file for the server to inherit, and a function that records its process id.

    A server that already holds the lock has outlived its supervisor. It is ended first, since
    two servers would corrupt one append-only file. Raises `FolderInUse` if it does not end.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _is_locked(descriptor):
            _end_holder(path, descriptor)
        # From now on the file holds the process id of the new server, or nothing yet.
        os.ftruncate(descriptor, 0)
        yield descriptor, lambda pid: _note(descriptor, pid)
    finally:
        os.close(descriptor)  # the server's inherited copy keeps the lock


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end_holder(path: Path, descriptor: int) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        # It has only just been started, or the recorded id is damaged.
        with suppress(ValueError, OverflowError, ProcessLookupError):
            pid = int(os.pread(descriptor, 20, 0))
            if pid > 1:  # a damaged file: 0 and below would be whole groups
                os.kill(pid, number)
        deadline = time.monotonic() + END_SECONDS
        while time.monotonic() < deadline:
            if _is_locked(descriptor):
                return
            time.sleep(0.02)
    raise FolderInUse(f"A leftover Valkey server does not end; see {path}")


def _note(descriptor: int, pid: int) -> None:
    os.pwrite(descriptor, str(pid).encode(), 0)

"""The lock that the embedded Valkey itself holds on its folder, for as long as it lives.

The server inherits the locked file, so the kernel gives the lock back when the server ends,
however it ends. A copy of the folder has a copy of the file, but nobody holds that.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE_SECONDS = 5.0


class FolderInUse(OSError):
    """A server that was left over in the folder does not end."""


@contextmanager
def valkey_lock(path: Path) -> Iterator[tuple[int, Callable[[int], None]]]:
    """The locked file, for the server to inherit, and a function that notes its process.

    Whoever holds the lock already outlived its supervisor, and two servers would spoil one
    append-only file: it is ended first.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _is_locked(descriptor):
            _end_holder(path, descriptor)
        # What stands there is from now on the holder's process, or nothing yet.
        os.ftruncate(descriptor, 0)
        yield descriptor, lambda pid: _note(descriptor, pid)
    finally:
        os.close(descriptor)  # an open copy in the server keeps the lock


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end_holder(path: Path, descriptor: int) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        # It is only just being started, or the note is damaged.
        with suppress(ValueError, OverflowError, ProcessLookupError):
            pid = int(os.pread(descriptor, 20, 0))
            if pid > 1:  # 0 and below would be whole groups, in a file that is damaged
                os.kill(pid, number)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if _is_locked(descriptor):
                return
            time.sleep(0.02)
    raise FolderInUse(f"A server that was left over does not end; see {path}")


def _note(descriptor: int, pid: int) -> None:
    os.pwrite(descriptor, str(pid).encode(), 0)

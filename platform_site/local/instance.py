"""At most one running site per data folder: its lock, and `runtime.json` while it runs."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platform_site.local.runtime_record import remove_runtime, write_runtime

LONGEST_ADDRESS = 200


class AlreadyRunningError(Exception):
    """Another process runs the site of this folder; the message is its address."""


@contextmanager
def sole_instance(folder: Path, address: str) -> Iterator[None]:
    """Hold the folder's lock, which the kernel releases however this process ends.

    Raises `AlreadyRunningError` with the address of the site that holds the lock.
    """
    with (folder / "up.lock").open("a+", errors="replace") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AlreadyRunningError(lock.read(LONGEST_ADDRESS)) from error
        lock.truncate(0)
        lock.write(address)
        lock.flush()
        yield


@contextmanager
def recorded(folder: Path, runtime: dict[str, str]) -> Iterator[None]:
    """Keep `runtime.json` for the duration, so that `manage.py` commands find the services."""
    write_runtime(folder, runtime)
    try:
        yield
    finally:
        remove_runtime(folder)

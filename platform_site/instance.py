"""One running site a data folder: its lock, and `runtime.json` while it runs."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from platform_site.data_dir import embedded_redis_url, write_runtime


class AlreadyRunningError(Exception):
    """Another process runs the site of this folder."""


@contextmanager
def sole_instance(folder: Path, address: str) -> Iterator[None]:
    """Hold the folder's lock, which the kernel gives back however this process ends.

    Raises `AlreadyRunningError` with the address of the site that holds it.
    """
    with (folder / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AlreadyRunningError(lock.read()) from error
        lock.truncate(0)
        lock.write(address)
        lock.flush()
        yield


@contextmanager
def recorded(folder: Path, runtime: dict[str, str]) -> Iterator[None]:
    """Let every `manage.py` command find what runs, for as long as it runs."""
    _end_left_over_valkey(folder)
    write_runtime(folder, runtime)
    try:
        yield
    finally:
        (folder / "runtime.json").unlink(missing_ok=True)


def _end_left_over_valkey(folder: Path) -> None:
    # We hold the lock, so a server that still answers there outlived a supervisor that was
    # killed (macOS has no death signal). Two servers would spoil one append-only file.
    if url := embedded_redis_url(folder):
        with suppress(RedisError), Redis.from_url(url, socket_timeout=1) as client:
            client.shutdown(nosave=True)

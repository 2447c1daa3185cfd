"""Redis that hangs: it takes what it is sent, and answers nothing. Or it refuses to write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
from redis import Redis


@contextmanager
def hanging(redis: Redis) -> Iterator[None]:
    """Redis hangs during the body."""
    info: Any = redis.info("server")
    server = psutil.Process(info["process_id"])
    server.suspend()
    try:
        yield
    finally:
        server.resume()


class Memory:
    """That of the Valkey of the tests."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def runs_out(self) -> None:
        self._redis.config_set("maxmemory", 1024)

    def is_back(self) -> None:
        self._redis.config_set("maxmemory", 0)


@contextmanager
def refusing(redis: Redis) -> Iterator[None]:
    """Redis has no memory for more during the body."""
    memory = Memory(redis)
    memory.runs_out()
    try:
        yield
    finally:
        memory.is_back()

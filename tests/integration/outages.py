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


@contextmanager
def refusing(redis: Redis) -> Iterator[None]:
    """Redis has no memory for more during the body."""
    redis.config_set("maxmemory", 1024)
    try:
        yield
    finally:
        redis.config_set("maxmemory", 0)

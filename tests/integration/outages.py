"""Services that hang: they take what they are sent, and answer nothing."""

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

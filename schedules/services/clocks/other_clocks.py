"""By how much this host's clock is ahead of those of the database and of Redis."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection as database
from redis.exceptions import RedisError

from schedules.rq.heartbeat import redis_time
from workflows.execution.queue import connection

LOOPBACK = {"", "localhost", "::1"}


def leads(clock: Callable[[], datetime]) -> dict[str, float]:
    """In seconds, by whose clock it is; those that prove nothing are left out.

    SQLite has no clock of its own, and a Redis on this very host reads the same one as we
    do. If Redis is away, what is left counts.
    """
    found: dict[str, float] = {}
    on_postgresql = database.vendor == "postgresql"
    if on_postgresql:
        found["database"] = _lead(clock, database_clock)
    if on_postgresql or is_elsewhere(settings.REDIS_URL):
        try:
            found["redis"] = _lead(clock, lambda: redis_time(connection()))
        except RedisError:
            return found
    return found


def _lead(clock: Callable[[], datetime], other: Callable[[], float]) -> float:
    """However long the answer takes: the other clock was read in between."""
    asked = clock().timestamp()
    theirs = other()
    answered = clock().timestamp()
    return max(0.0, asked - theirs) or min(0.0, answered - theirs)


@lru_cache(maxsize=4)
def is_elsewhere(url: str) -> bool:
    """Whether this Redis is on another host, as far as its address tells."""
    parts = urlsplit(url)
    name = (parts.hostname or "").lower()
    here = {*LOOPBACK, socket.gethostname().lower()}
    return parts.scheme != "unix" and name not in here and not name.startswith("127.")


def database_clock() -> float:
    with database.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        return float(cursor.fetchone()[0])

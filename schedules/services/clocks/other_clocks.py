"""How far this host's clock is ahead of the clocks of the database and of Redis."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime

from django.db import connection as database
from redis import Redis
from redis.exceptions import RedisError

from schedules.rq.heartbeat import redis_time
from workflows.execution.queue import connection
from workflows.execution.redis_client import host_of

LOOPBACK = {"", "localhost", "::1"}


def leads(clock: Callable[[], datetime]) -> dict[str, float]:
    """The lead over each other clock, in seconds; negative if this host is behind.

    Clocks that prove nothing are left out: SQLite has none of its own, and a Redis on this
    host reads the same one. If Redis is unavailable, its clock is left out, too.
    """
    found: dict[str, float] = {}
    on_postgresql = database.vendor == "postgresql"
    if on_postgresql:
        found["database"] = _lead(clock, database_clock)
    if on_postgresql or is_elsewhere(connection()):
        try:
            found["redis"] = _lead(clock, lambda: redis_time(connection()))
        except RedisError:
            return found
    return found


def _lead(clock: Callable[[], datetime], other: Callable[[], float]) -> float:
    """The least lead that is certain: the other clock was read at some time during the
    request."""
    asked = clock().timestamp()
    theirs = other()
    answered = clock().timestamp()
    return max(0.0, asked - theirs) or min(0.0, answered - theirs)


def is_elsewhere(redis: Redis) -> bool:
    """Whether the address of this Redis names another host."""
    name = host_of(redis).lower()
    here = {*LOOPBACK, socket.gethostname().lower()}
    return name not in here and not name.startswith("127.")


def database_clock() -> float:
    """The time of PostgreSQL, in seconds since 1970."""
    with database.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        return float(cursor.fetchone()[0])

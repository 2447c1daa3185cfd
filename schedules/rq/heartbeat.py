"""Who is alive: schedulers and workers say so every few seconds, by Redis' own clock.

RQ's registers do not do: after a FLUSHALL a worker goes on working but is missing from
them. A beat that was flushed is back with the next one.
"""

from __future__ import annotations

import os
import socket
from typing import cast

from redis import Redis

# "scheduler", "worker", and "worker:<queue>" for each queue that a worker listens to.
Kind = str
EVERY_SECONDS = 5.0
DEAD_AFTER_SECONDS = 15.0
FORGOTTEN_AFTER_SECONDS = 3600
# A hash: what is wrong, by the name of the process that met it.
CAUSES_KEY = "ostinato:causes"


def process_name() -> str:
    """This process, among all of all hosts."""
    return f"{socket.gethostname()}:{os.getpid()}"


def beat(connection: Redis, kind: Kind, name: str, *, cause: str = "") -> None:
    """Say that `name` is alive, and what keeps it from its work: the code of a cause.

    Raises `RedisError` when Redis is away.
    """
    now = redis_time(connection)
    with connection.pipeline(transaction=False) as pipe:
        pipe.zadd(_key(kind), {name: now})
        pipe.zremrangebyscore(_key(kind), "-inf", now - FORGOTTEN_AFTER_SECONDS)
        if cause:
            pipe.hset(CAUSES_KEY, name, cause)
            pipe.expire(CAUSES_KEY, FORGOTTEN_AFTER_SECONDS)
        else:
            pipe.hdel(CAUSES_KEY, name)
        # Of the future nobody knows: Redis' own clock was ahead.
        pipe.zremrangebyscore(_key(kind), now + DEAD_AFTER_SECONDS, "+inf")
        pipe.execute()


def cause_of(connection: Redis, names: list[str]) -> str:
    """The first trouble that one of these processes has told of."""
    if not names:
        return ""
    told = cast("list[bytes | None]", connection.hmget(CAUSES_KEY, names))
    return next((trouble.decode() for trouble in told if trouble), "")


def farewell(connection: Redis, kind: Kind, name: str) -> None:
    """Say that `name` ends in good order."""
    connection.zrem(_key(kind), name)
    connection.hdel(CAUSES_KEY, name)


def alive(connection: Redis, kind: Kind) -> list[str]:
    """The names of those of `kind` that said so lately, the freshest first."""
    now = redis_time(connection)
    found = cast(
        "list[bytes]",
        connection.zrevrangebyscore(
            _key(kind), now + DEAD_AFTER_SECONDS, now - DEAD_AFTER_SECONDS
        ),
    )
    return [name.decode() for name in found]


def _key(kind: Kind) -> str:
    return f"ostinato:alive:{kind}"


def redis_time(connection: Redis) -> float:
    """The Unix time by Redis' own clock."""
    seconds, micros = connection.time()
    return float(seconds) + float(micros) / 1_000_000

"""Heartbeats: schedulers and workers report every few seconds that they are alive.

Times are by the clock of Redis. RQ's own registries would not do: after a FLUSHALL a worker
continues to work but is missing from them, while its next heartbeat restores it here.
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
# A hash: the code of a cause by the name of the process that reports it.
CAUSES_KEY = "ostinato:causes"
# A hash: how many runs a worker does at once, by its name.
AT_ONCE_KEY = "ostinato:at_once"


def process_name() -> str:
    """The name of this process, unique among all hosts."""
    return f"{socket.gethostname()}:{os.getpid()}"


def beat(
    connection: Redis, kind: Kind, name: str, *, cause: str = "", at_once: int = 1
) -> None:
    """Report that `name` is alive, the code of the cause that keeps it from working, and how
    many runs it does at once.

    Raises `RedisError` if Redis cannot be reached.
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
        pipe.hset(AT_ONCE_KEY, name, str(at_once))
        pipe.expire(AT_ONCE_KEY, FORGOTTEN_AFTER_SECONDS)
        # Heartbeats of the future were written while the clock of Redis was ahead.
        pipe.zremrangebyscore(_key(kind), now + DEAD_AFTER_SECONDS, "+inf")
        pipe.execute()


def cause_of(connection: Redis, names: list[str]) -> str:
    """The first cause that one of these processes has reported; empty if there is none."""
    if not names:
        return ""
    codes = cast("list[bytes | None]", connection.hmget(CAUSES_KEY, names))
    return next((code.decode() for code in codes if code), "")


def remove(connection: Redis, kind: Kind, name: str) -> None:
    """Remove the heartbeat of `name`, which is about to exit."""
    connection.zrem(_key(kind), name)
    connection.hdel(CAUSES_KEY, name)
    connection.hdel(AT_ONCE_KEY, name)


def at_once(connection: Redis, names: list[str]) -> int:
    """How many runs these workers do at once."""
    if not names:
        return 0
    counts = cast("list[bytes | None]", connection.hmget(AT_ONCE_KEY, names))
    return sum(int(count or 1) for count in counts)


def alive(connection: Redis, kind: Kind) -> list[str]:
    """The names of the processes of `kind` that are alive, the latest heartbeat first."""
    now = redis_time(connection)
    found = cast(
        "list[bytes]",
        connection.zrevrangebyscore(
            _key(kind), now + DEAD_AFTER_SECONDS, now - DEAD_AFTER_SECONDS
        ),
    )
    return [name.decode() for name in found]


def since_last(connection: Redis, kind: Kind) -> float | None:
    """The seconds since the last heartbeat of a process of `kind`; None if there is none."""
    newest = cast(
        "list[tuple[bytes, float]]",
        connection.zrevrange(_key(kind), 0, 0, withscores=True),
    )
    return max(0.0, redis_time(connection) - newest[0][1]) if newest else None


def _key(kind: Kind) -> str:
    return f"ostinato:alive:{kind}"


def redis_time(connection: Redis) -> float:
    """The Unix time by the clock of Redis, in seconds."""
    seconds, micros = connection.time()
    return float(seconds) + float(micros) / 1_000_000

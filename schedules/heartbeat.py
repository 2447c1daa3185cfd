"""Who is alive: schedulers and workers say so every few seconds, by Redis' own clock.

RQ's registers do not do: after a FLUSHALL a worker goes on working but is missing from
them. A beat that was flushed is back with the next one.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import cast

from redis import Redis

# "scheduler", "worker", and "worker:<queue>" for each queue that a worker listens to.
Kind = str
EVERY_SECONDS = 5.0
DEAD_AFTER_SECONDS = 15.0
FORGOTTEN_AFTER_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Beat:
    """One living process, and how many seconds ago it said so."""

    name: str
    age_seconds: float


def process_name() -> str:
    """This process, among all of all hosts."""
    return f"{socket.gethostname()}:{os.getpid()}"


def beat(connection: Redis, kind: Kind, name: str) -> None:
    """Say that `name` is alive. Raises `RedisError` when Redis is away."""
    now = _time(connection)
    with connection.pipeline(transaction=False) as pipe:
        pipe.zadd(_key(kind), {name: now})
        pipe.zremrangebyscore(_key(kind), "-inf", now - FORGOTTEN_AFTER_SECONDS)
        pipe.execute()


def farewell(connection: Redis, kind: Kind, name: str) -> None:
    """Say that `name` ends in good order."""
    connection.zrem(_key(kind), name)


def alive(connection: Redis, kind: Kind) -> list[Beat]:
    """Those of `kind` that said so lately, the freshest first."""
    now = _time(connection)
    found = cast(
        "list[tuple[bytes, float]]",
        connection.zrevrangebyscore(
            _key(kind), "+inf", now - DEAD_AFTER_SECONDS, withscores=True
        ),
    )
    return [Beat(name.decode(), max(0.0, now - score)) for name, score in found]


def _key(kind: Kind) -> str:
    return f"ostinato:alive:{kind}"


def _time(connection: Redis) -> float:
    seconds, micros = connection.time()
    return float(seconds) + float(micros) / 1_000_000

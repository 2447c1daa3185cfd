"""A trial write to Redis of every kind that the site needs.

Redis may answer and still refuse some or all writes: it may be out of memory, a read-only
replica or on a full disk, or its user may lack permissions. The keys expire after seconds.
"""

from __future__ import annotations

from redis import Redis

KEPT_SECONDS = 5
NO_WAIT = 0.01  # in seconds; 0 would wait forever
KEY = "ostinato:trial"
IN_RQ = "rq:trial"


def try_to_write(connection: Redis) -> None:
    """Write one key of each kind. Raises `RedisError` if a write is refused."""
    with connection.pipeline(transaction=False) as pipe:
        pipe.set(KEY, b"", ex=KEPT_SECONDS)
        pipe.zadd(f"{KEY}:set", {"": 0})
        pipe.hset(f"{IN_RQ}:hash", "", "")
        pipe.rpush(f"{IN_RQ}:list", "")
        # As a worker takes a job, and as a scheduler enqueues many.
        pipe.blmove(f"{IN_RQ}:list", f"{IN_RQ}:list", timeout=NO_WAIT)  # type: ignore[arg-type]
        pipe.eval("return redis.call('EXPIRE', KEYS[1], ARGV[1])", 1, KEY, KEPT_SECONDS)
        for key in (f"{KEY}:set", f"{IN_RQ}:hash", f"{IN_RQ}:list"):
            pipe.expire(key, KEPT_SECONDS)
        pipe.publish(KEY, b"")
        pipe.execute()

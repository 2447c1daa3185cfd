"""The inbox: takes the ids of our jobs from the queue, for work processes that stay.

An id says that there is one piece of work; which, the ledger decides. Id and job leave Redis
in one step, or in two for a process that has waited. One that dies with an id loses a hint: the
sweep sends it again, and RQ's upkeep removes what is left of it.

Jobs of others in the same queue stay where they are. Only a process that waits at an empty
queue may get one: it is then where RQ's own workers put a job that they have taken.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any, cast

from redis import Redis
from rq.intermediate_queue import IntermediateQueue
from rq.suspension import WORKERS_SUSPENDED

from workflows.execution.job_hashes import key as job_key
from workflows.execution.queue import OURS, queue_key
from workflows.kit.logs import get_logger

logger = get_logger(__name__)
# The server looks ten times a second whether this has passed.
WAIT_SECONDS = 1.0
# A job of ours that stands behind more of others waits until they are gone.
LOOKED_THROUGH = 100
_IS_OURS = """
local function ours(id)
  local x, kind = '[0-9a-f]', string.match(id, '^%a+')
  if kind ~= 'run' and kind ~= 'execution' and kind ~= 'schedule' then return false end
  local four = '%-' .. string.rep(x, 4)
  local row = '^%a+%-' .. string.rep(x, 8) .. string.rep(four, 3) .. '%-' .. string.rep(x, 12)
  return string.find(id, row) ~= nil
end
"""
# KEYS: the queue, the mark that workers are suspended. ARGV: the prefix of job keys, how many
# ids to look through. Returns the id, and how many are left. The hash of an alarm stays.
_TAKE = (
    _IS_OURS
    + """
if redis.call('EXISTS', KEYS[2]) == 1 then return false end
local found = redis.call('LPOP', KEYS[1])
if not found then return false end
if not ours(found) then
  redis.call('LPUSH', KEYS[1], found)
  found = false
  for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, ARGV[2] - 1)) do
    if ours(id) then
      found = id
      redis.call('LREM', KEYS[1], 1, id)
      break
    end
  end
  if not found then return false end
end
if string.sub(found, 1, 9) ~= 'schedule-' then redis.call('DEL', ARGV[1] .. found) end
return {found, redis.call('LLEN', KEYS[1])}
"""
)
# KEYS: the queue, the queue of jobs that a worker has taken, the mark. ARGV: how many ids to
# look through. Returns the id of the first job of others.
_TAKE_OTHER = (
    _IS_OURS
    + """
if redis.call('EXISTS', KEYS[3]) == 1 then return false end
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, ARGV[1] - 1)) do
  if not ours(id) then
    redis.call('LREM', KEYS[1], 1, id)
    redis.call('RPUSH', KEYS[2], id)
    return id
  end
end
return false
"""
)
# KEYS: the queue of jobs that a worker has taken. ARGV: an id of ours, and the key of its job.
_FORGET = """
redis.call('LREM', KEYS[1], -1, ARGV[1])
if string.sub(ARGV[1], 1, 9) ~= 'schedule-' then redis.call('DEL', ARGV[2]) end
"""
_ID = re.compile(OURS.pattern)


@dataclass(frozen=True, slots=True)
class Taken:
    """An id from the queue, and how many were left in it."""

    job_id: str
    left: int = 0

    @property
    def is_ours(self) -> bool:
        return bool(_ID.match(self.job_id))


class Inbox:
    """The queue as one process sees it. Raises `RedisError` while Redis is away."""

    def __init__(self, connection: Redis) -> None:
        self._redis = connection
        self._queue = queue_key()
        self._taken = IntermediateQueue.get_intermediate_queue_key(self._queue)
        # Shorter than the client waits for any answer: Redis must answer first.
        patience = connection.connection_pool.connection_kwargs.get("socket_timeout")
        self._wait_seconds = min(WAIT_SECONDS, (patience or inf) / 2)
        self._take: Any = connection.register_script(_TAKE)
        self._take_other: Any = connection.register_script(_TAKE_OTHER)
        self._forget: Any = connection.register_script(_FORGET)

    @cached_property
    def _keeping(self) -> Redis:
        """A client that keeps its connection. The other one asks its pool for each command,
        which takes a third of its time."""
        return cast("Redis", self._redis.client())  # type: ignore[no-untyped-call]

    def take(self) -> Taken | None:
        """The first id of ours; None if there is none, or if RQ's workers are suspended."""
        keys = [self._queue, WORKERS_SUSPENDED]
        args = [job_key(""), LOOKED_THROUGH]
        found = self._take(keys=keys, args=args, client=self._keeping)
        if not found:
            return None
        return Taken(found[0].decode(errors="replace"), int(found[1]))

    def put_back(self, taken: Taken) -> None:
        """Put an id back at the head of the queue. The job of a run or an execution is gone: an
        RQ worker that is not ours passes it over, and the sweep sends it again."""
        self._keeping.lpush(self._queue, taken.job_id)

    def wait(self, on_wait: Callable[[int], None]) -> Taken | None:
        """Wait for the next id, whosever it is. An id of ours has left Redis; one of others
        is among the jobs that RQ knows as taken, and must be run. `on_wait` is told the id of
        the client that waits: `CLIENT UNBLOCK` ends the wait."""
        on_wait(self._keeping.client_id())
        if self._keeping.exists(WORKERS_SUSPENDED):
            time.sleep(WAIT_SECONDS)
            return None
        found = cast(
            "bytes | None",
            self._keeping.blmove(
                self._queue,
                self._taken,
                self._wait_seconds,  # type: ignore[arg-type]
                "LEFT",
                "RIGHT",
            ),
        )
        if found is None or (job_id := self._text_of(found)) is None:
            return None
        taken = Taken(job_id)
        if taken.is_ours:
            args = [taken.job_id, job_key(taken.job_id)]
            self._forget(keys=[self._taken], args=args, client=self._keeping)
        return taken

    def has_other(self) -> bool:
        """Whether a job of others is in the queue."""
        ids = cast(
            "list[bytes]", self._redis.lrange(self._queue, 0, LOOKED_THROUGH - 1)
        )
        return not all(_ID.match(job_id.decode(errors="replace")) for job_id in ids)

    def take_other(self) -> str | None:
        """The first id of others, which is then among the jobs that RQ knows as taken."""
        keys = [self._queue, self._taken, WORKERS_SUSPENDED]
        found = self._take_other(keys=keys, args=[LOOKED_THROUGH])
        return None if found is None else self._text_of(found)

    def _text_of(self, taken: bytes) -> str | None:
        """The id; None if it is no text, and so nobody's: then it is forgotten."""
        try:
            return taken.decode()
        except UnicodeDecodeError:
            logger.error("job_not_readable", job=repr(taken))
            self._redis.lrem(self._taken, -1, taken)  # type: ignore[arg-type]
            return None

    def give_back(self, job_id: str) -> None:
        """Put a job of others that was taken at the head of the queue again."""
        with self._redis.pipeline() as pipe:
            pipe.lrem(self._taken, -1, job_id)
            pipe.lpush(self._queue, job_id)
            pipe.execute()

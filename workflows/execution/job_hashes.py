"""What RQ writes for a job, built once for a batch and by hand for each job in it.

Jobs of one batch differ only in id and arguments. RQ's own job creation costs six times
as much as the Redis commands it ends in; a test holds the result equal to RQ's.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from redis import Redis
from rq.job import Job, JobStatus

from workflows.execution.queue import QUEUE_NAME, JSONJob

SMALLEST_WINDOW_BITS = 9
# ARGV: the prefix of the keys, how many parts the common fields have, these parts, then
# an id and its data for each job. To pack every field of every hash on our side takes
# longer than all else that is done to send a batch.
WRITE_HASHES = """
local last = 2 + tonumber(ARGV[2])
local same = {unpack(ARGV, 3, last)}
for at = last + 1, #ARGV, 2 do
  local id = ARGV[at]
  redis.call('HSET', ARGV[1] .. id, 'description', id, 'data', ARGV[at + 1], unpack(same))
end
"""


class JobTemplate:
    """The hash of a job that calls `entry_point`, but for its id and arguments."""

    def __init__(
        self,
        connection: Redis,
        entry_point: str,
        *,
        status: JobStatus,
        result_ttl: int,
        failure_ttl: int,
        origin: str = QUEUE_NAME,
    ) -> None:
        job = JSONJob.create(
            entry_point,
            args=(),
            connection=connection,
            id="template",
            description="",
            result_ttl=result_ttl,
            failure_ttl=failure_ttl,
            timeout=-1,  # the deadline is the row's own, fixed when it is claimed
            status=status,
            origin=origin,
        )
        own = {"data", "description"}
        fields = job.to_dict().items()
        self._entry_point = entry_point
        self._fields = {name: value for name, value in fields if name not in own}

    def write(
        self, pipe: Redis, jobs: Iterable[tuple[str, Sequence[Any]]], **times: str
    ) -> None:
        """Add to `pipe` the hashes of `jobs`, each an id and the call's arguments.

        `times` are their `created_at`, `enqueued_at` as RQ writes them.
        """
        same = [part for pair in (self._fields | times).items() for part in pair]
        each: list[Any] = []
        for job_id, args in jobs:
            call = json.dumps([self._entry_point, None, args, {}])
            each += (job_id, _compressed(call.encode()))
        pipe.eval(WRITE_HASHES, 0, key(""), len(same), *same, *each)


def _compressed(data: bytes) -> bytes:
    """As RQ reads it. A window of the size of the data: with the usual 32 KiB, clearing
    memory for it takes ten times as long as the rest of the job."""
    deflate = zlib.compressobj(1, zlib.DEFLATED, SMALLEST_WINDOW_BITS, 1)
    return deflate.compress(data) + deflate.flush()


def key(job_id: str) -> str:
    """The Redis key of a job's hash."""
    return f"{Job.redis_job_namespace_prefix}{job_id}"

"""The Redis hashes of RQ jobs, built once per batch.

The jobs of a batch differ only in their ids and arguments. RQ's own job creation takes six
times as long as its Redis commands; a test compares the result with RQ's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from redis import Redis
from rq.job import Job, JobStatus

from workflows.execution.queue import JSONJob, queue_name
from workflows.kit.json_encoder import encoder

# ARGV: the prefix of the keys, the number of parts of the common fields, these parts, then
# the id and the data of each job. Serialising every field of every hash on the client would
# take longer than everything else in sending a batch.
WRITE_HASHES = """
local last = 2 + tonumber(ARGV[2])
local same = {unpack(ARGV, 3, last)}
for at = last + 1, #ARGV, 2 do
  local id = ARGV[at]
  redis.call('HSET', ARGV[1] .. id, 'description', id, 'data', ARGV[at + 1], unpack(same))
end
"""

_encode = encoder()


class JobTemplate:
    """The hash of a job that calls `entry_point`, without its id and arguments."""

    def __init__(
        self,
        connection: Redis,
        entry_point: str,
        *,
        status: JobStatus,
        result_ttl: int,
        failure_ttl: int,
    ) -> None:
        job = JSONJob.create(
            entry_point,
            args=(),
            connection=connection,
            id="template",
            description="",
            result_ttl=result_ttl,
            failure_ttl=failure_ttl,
            timeout=-1,  # the row has its own deadline, set when it is claimed
            status=status,
            origin=queue_name(),
        )
        own = {"data", "description"}
        fields = job.to_dict().items()
        self._entry_point = entry_point
        self._fields = {name: value for name, value in fields if name not in own}

    def write(
        self, pipe: Redis, jobs: Iterable[tuple[str, Sequence[Any]]], **times: str
    ) -> None:
        """Add to `pipe` the hashes of `jobs`, each an id and the arguments of the call.

        `times` are their `created_at` and `enqueued_at` in RQ's format.
        """
        same = [part for pair in (self._fields | times).items() for part in pair]
        each: list[Any] = []
        for job_id, args in jobs:
            # RQ compresses it, and reads both: so short a text costs more to compress than
            # all the rest of its job.
            each += (job_id, _encode([self._entry_point, None, args, {}]))
        pipe.eval(WRITE_HASHES, 0, key(""), len(same), *same, *each)


def key(job_id: str) -> str:
    """The Redis key of a job's hash."""
    return f"{Job.redis_job_namespace_prefix}{job_id}"

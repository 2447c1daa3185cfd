"""What RQ writes for a job, built once for a batch and by hand for each job in it.

Jobs of one batch differ only in id and arguments. RQ's own job creation costs six times
as much as the Redis commands it ends in; a test holds the result equal to RQ's.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any

from redis import Redis
from rq.job import Job, JobStatus

from workflows.queue import QUEUE_NAME, JSONJob

ENTRY_POINT = "schedules.jobs.execute_scheduled_trigger"


class JobTemplate:
    """The hash of a job that calls `ENTRY_POINT`, but for its id and arguments."""

    def __init__(
        self,
        connection: Redis,
        *,
        status: JobStatus,
        result_ttl: int,
        failure_ttl: int,
        origin: str = QUEUE_NAME,
    ) -> None:
        job = JSONJob.create(
            ENTRY_POINT,
            args=(),
            connection=connection,
            id="template",
            description="",
            result_ttl=result_ttl,
            failure_ttl=failure_ttl,
            timeout=-1,  # the deadline is the run's own, fixed when it is claimed
            status=status,
            origin=origin,
        )
        self._fields: dict[Any, Any] = job.to_dict()

    def fields(self, job_id: str, args: Sequence[Any], **times: str) -> dict[Any, Any]:
        """The hash of one job; `times` are its `created_at`, `enqueued_at` as RQ writes them."""
        data = json.dumps([ENTRY_POINT, None, args, {}])
        return (
            self._fields
            | times
            | {
                "data": zlib.compress(data.encode()),
                "description": job_id,
            }
        )


def key(job_id: str) -> str:
    """The Redis key of a job's hash."""
    return f"{Job.redis_job_namespace_prefix}{job_id}"

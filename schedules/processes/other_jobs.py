"""A site's own rq-scheduler jobs, which it keeps in the same sorted set as our alarms."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from redis.exceptions import RedisError

from schedules.scheduler import SchedulerService
from workflows.execution.queue import JSONJob

logger = structlog.get_logger(__name__)


class OtherJobs:
    """Runs them as stock rq-scheduler would, one at a time, each in its own try."""

    def __init__(self, service: SchedulerService) -> None:
        self._service = service
        # Entries that could not be read: they stay where they are, and are logged once.
        self.unreadable: set[str] = set()

    def enqueue(self, job_ids: Iterable[str]) -> None:
        for job_id in job_ids:
            if job_id not in self.unreadable:
                self._enqueue(job_id)

    def _enqueue(self, job_id: str) -> None:
        try:
            job = JSONJob.fetch(job_id, connection=self._service.connection)
            self._service.enqueue_job(job)
        except RedisError:
            raise
        except Exception:
            # Whatever a site put there, it must not stop the schedules.
            self.unreadable.add(job_id)
            logger.exception("other_job_not_enqueued", job=job_id)

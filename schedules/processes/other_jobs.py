"""Other rq-scheduler jobs of the site, in the same sorted set as the alarms."""

from __future__ import annotations

from collections.abc import Iterable

from redis.exceptions import RedisError

from schedules.scheduler import SchedulerService
from workflows.kit.logs import get_logger

logger = get_logger(__name__)


class OtherJobs:
    """Enqueues the due jobs as rq-scheduler does; one that fails does not stop the others."""

    def __init__(self, service: SchedulerService) -> None:
        self._service = service
        # Jobs that could not be read: they are logged once and left in place.
        self.unreadable: set[str] = set()

    def enqueue(self, job_ids: Iterable[str]) -> None:
        """Put the jobs into their queues. Raises `RedisError` if Redis cannot be reached."""
        for job_id in job_ids:
            if job_id not in self.unreadable:
                self._enqueue(job_id)

    def _enqueue(self, job_id: str) -> None:
        try:
            redis = self._service.connection
            self._service.enqueue_job(
                self._service.job_class.fetch(job_id, connection=redis)
            )
        except RedisError:
            raise
        except Exception:
            # No job of the site may stop the schedules.
            self.unreadable.add(job_id)
            logger.exception("other_job_not_enqueued", job=job_id)

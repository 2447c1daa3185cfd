"""The RQ queue that every run goes through, and its JSON job class."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import django_rq
from django.conf import settings
from redis import ConnectionError, Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

QUEUE_NAME = "workflows"


class JSONJob(Job):
    """A job whose arguments are JSON wherever it is read: ids and text only."""

    def __init__(
        self,
        id: str | None = None,  # RQ's own name for it
        connection: Redis | None = None,
        serializer: Any = None,
    ) -> None:
        super().__init__(id, connection, serializer or JSONSerializer)


@lru_cache(maxsize=4)
def _client(url: str) -> Redis:
    # django-rq makes a new pool at each call and knows no time-outs: a verb would hang
    # for ever on a Redis that accepts and never answers. One more try, since a pooled
    # connection of before a restart of Redis fails on its first use.
    return Redis.from_url(
        url,
        socket_connect_timeout=2,
        socket_timeout=3,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
    )


def connection() -> Redis:
    """The Redis or Valkey client of this process: pooled, connected on first use."""
    return _client(settings.REDIS_URL)


def queue() -> Queue:
    """The queue `workflows`."""
    return django_rq.get_queue(QUEUE_NAME, connection=connection())


def known(job_ids: Sequence[str]) -> set[str]:
    """Those of the jobs that Redis still has, in one round trip."""
    pipeline = connection().pipeline(transaction=False)
    for job_id in job_ids:
        pipeline.exists(JSONJob.key_for(job_id))
    found = zip(job_ids, pipeline.execute(), strict=True)
    return {job_id for job_id, is_there in found if is_there}

"""The RQ queue of all runs, and its JSON job class."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

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
    """A job whose arguments are always JSON: ids and text only."""

    def __init__(
        self,
        id: str | None = None,  # RQ's own name for it
        connection: Redis | None = None,
        serializer: Any = None,
    ) -> None:
        super().__init__(id, connection, serializer or JSONSerializer)


@lru_cache(maxsize=4)
def _client(url: str) -> Redis:
    # django-rq creates a new pool for every call and sets no timeouts: a verb would hang
    # forever on a Redis that accepts connections and never answers. One retry, since a
    # pooled connection fails on its first use after a restart of Redis.
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
    """The RQ queue `workflows`."""
    return django_rq.get_queue(QUEUE_NAME, connection=connection())


def queued_ids() -> set[str]:
    """The ids of the jobs in the queue.

    The existence of a job's hash proves nothing: a worker that died with the job leaves it,
    with a status that RQ corrects only after minutes.
    """
    found = cast("list[bytes]", connection().lrange(queue_key(), 0, -1))
    return {job_id.decode() for job_id in found}


def queue_key() -> str:
    """The Redis key of the list of queued jobs."""
    return f"{Queue.redis_queue_namespace_prefix}{QUEUE_NAME}"

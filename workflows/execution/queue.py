"""The RQ queue that every run goes through, and its JSON job class."""

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


def queued_ids() -> set[str]:
    """The ids of the jobs that wait in the queue.

    Whether a job's hash exists says nothing: a worker that died with the job in its hands
    leaves it, under a state that RQ corrects only after minutes.
    """
    found = cast("list[bytes]", connection().lrange(queue_key(), 0, -1))
    return {job_id.decode() for job_id in found}


def queue_key() -> str:
    """The Redis key of the list in which the jobs wait."""
    return f"{Queue.redis_queue_namespace_prefix}{QUEUE_NAME}"

"""The RQ queue of all runs: its name, its Redis, and how its jobs are read.

`RQ_QUEUES` of the project says where Redis is, `OSTINATO["QUEUE"]` which queue it is. Our
jobs are JSON. The queue may be shared: all other jobs in it are read as the project says.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from typing import Any, cast

import django_rq
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django_rq.connection_utils import filter_connection_params
from django_rq.jobs import get_job_class
from redis import Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from workflows.execution.redis_client import Config, new_client
from workflows.kit.conf import conf

OURS = re.compile(r"(execution|run|schedule)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_of_a_row(job_id: str) -> bool:
    """Whether it is the id of a run or of an execution, as opposed to an alarm or a job of
    others."""
    found = OURS.match(job_id)
    return found is not None and found[1] != "schedule"


class JSONJob(Job):
    """A job whose arguments are always JSON: ids and text only."""

    def __init__(
        self,
        id: str | None = None,  # RQ's own name for it
        connection: Redis | None = None,
        serializer: Any = None,
    ) -> None:
        super().__init__(id, connection, serializer or JSONSerializer)


class _OursInJSON:
    """Makes a job class read the jobs of this product as JSON, and others as before."""

    def __init__(
        self,
        id: str | None = None,
        connection: Redis | None = None,
        serializer: Any = None,
    ) -> None:
        ours = OURS.match(id or "")
        super().__init__(id, connection, JSONSerializer if ours else serializer)  # type: ignore[call-arg]


@lru_cache(maxsize=4)
def _reading_ours(job_class: type[Job]) -> type[Job]:
    name = job_class.__name__
    return type(name, (_OursInJSON, job_class), {"__module__": job_class.__module__})


def job_class(configured: str | type[Job] | None = None) -> type[Job]:
    """The class for the jobs in this queue: the project's own, but ours are read as JSON."""
    return _reading_ours(get_job_class(configured))  # type: ignore[arg-type]


def queue_name() -> str:
    """The name of the queue, a key of `RQ_QUEUES`."""
    return conf.QUEUE


def queue_config() -> Config:
    """The entry of the queue in `RQ_QUEUES`. Raises `ImproperlyConfigured` if it has none."""
    name = queue_name()
    try:
        return cast("Config", settings.RQ_QUEUES[name])
    except (AttributeError, KeyError, TypeError):
        problem = f"RQ_QUEUES has no queue {name!r}, which is that of the runs."
        raise ImproperlyConfigured(problem) from None


def queues_beside() -> list[str]:
    """The names of the other queues that `RQ_QUEUES` puts into the same Redis."""
    here = filter_connection_params(dict(queue_config()))
    return [
        name
        for name, config in sorted(settings.RQ_QUEUES.items())
        if name != queue_name() and filter_connection_params(config) == here
    ]


def redis_setting() -> str:
    """The setting that says where Redis is, for people."""
    with suppress(ImproperlyConfigured, AttributeError):
        url = queue_config().get("URL")
        if url and url == settings.REDIS_URL:
            return "REDIS_URL"
    return f"RQ_QUEUES[{queue_name()!r}]"


@lru_cache(maxsize=4)
def _client(described: str) -> Redis:
    return new_client(queue_config())


def connection() -> Redis:
    """The Redis or Valkey client of this process: pooled, connected on first use."""
    return _client(repr(queue_config()))


def disconnect() -> None:
    """Close the connections of this process. The next command connects anew."""
    connection().connection_pool.disconnect()


def forget_connection() -> None:
    """After a fork: use a client of this process's own."""
    _client.cache_clear()


def queue() -> Queue:
    """The RQ queue, for jobs that are written as JSON."""
    return django_rq.get_queue(
        queue_name(),
        connection=connection(),
        job_class=job_class(),
        serializer=JSONSerializer,
    )


def queued_ids() -> set[str]:
    """The ids of the jobs in the queue.

    The existence of a job's hash proves nothing: a worker that died with the job leaves it,
    with a status that RQ corrects only after minutes.
    """
    found = cast("list[bytes]", connection().lrange(queue_key(), 0, -1))
    return {job_id.decode(errors="replace") for job_id in found}


def queue_key() -> str:
    """The Redis key of the list of queued jobs."""
    return f"{Queue.redis_queue_namespace_prefix}{queue_name()}"

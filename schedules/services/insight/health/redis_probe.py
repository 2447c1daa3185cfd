"""Redis: whether it answers and accepts writes, and which processes are alive by it."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from schedules.rq import heartbeat
from schedules.rq.trial_write import try_to_write
from schedules.services.insight.health.shared_probe import SILENT_AFTER_SECONDS
from workflows.execution.queue import queue_config, queue_name
from workflows.execution.redis_client import new_client
from workflows.kit.service_errors import redis_failure


def probe(now: datetime) -> dict[str, Any]:
    """The facts about Redis and the processes, by a client of its own that does not retry."""
    began = time.monotonic()
    client = new_client(
        queue_config(),
        retry=Retry(NoBackoff(), 0),
        socket_connect_timeout=SILENT_AFTER_SECONDS,
        socket_timeout=SILENT_AFTER_SECONDS,
    )
    facts: dict[str, Any] = {}
    with client:
        try:
            at = heartbeat.redis_time(client)
            facts["ahead_of_redis"] = now.timestamp() + time.monotonic() - began - at
            try_to_write(client)
            return facts | _memory_facts(client) | _process_facts(client)
        except (RedisError, OSError) as error:
            return facts | {"redis": redis_failure(error)}


def _memory_facts(client: Redis) -> dict[str, Any]:
    """The share of `maxmemory` in use, where Redis would evict nothing to make room."""
    with suppress(ResponseError):  # the user may not be allowed to read it
        memory = client.info("memory")
        most = memory.get("maxmemory", 0)
        if most and memory.get("maxmemory_policy", "noeviction") == "noeviction":
            return {"redis_memory": memory["used_memory"] / most}
    return {}


def _process_facts(client: Redis) -> dict[str, Any]:
    schedulers = heartbeat.alive(client, "scheduler")
    here = heartbeat.alive(client, f"worker:{queue_name()}")
    return {
        "schedulers": len(schedulers),
        "scheduler_seen": heartbeat.since_last(client, "scheduler"),
        "scheduler_cause": heartbeat.cause_of(client, schedulers),
        "workers": len(heartbeat.alive(client, "worker")),
        "workers_here": len(here),
        "at_once": heartbeat.at_once(client, here),
    }

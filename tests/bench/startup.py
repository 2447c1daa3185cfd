"""How long a scheduler takes from its start to its loop."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from schedules.models import ScheduleType
from schedules.processes.loop import Loop, register
from schedules.scheduler import SchedulerService
from tests.bench.population import HOUR, clear, populate
from workflows.execution.queue import connection as redis_connection

READS = {"auth", "hello", "client|setinfo", "client|id", "select", "ping", "info"}
READS |= {"zrangebyscore", "zrange", "exists", "config|resetstat"}


def startup(count: int) -> dict[str, Any]:
    """Seconds of a first start, which sets every alarm, and of one that finds all set.

    `writes` are the commands of the second start that could change something.
    """
    clear()
    now = datetime.now(UTC).replace(microsecond=0)
    populate(count, ScheduleType.INTERVAL, due_at=now + HOUR, spread_seconds=3_600)
    cold = _seconds_to_loop()
    redis_connection().config_resetstat()
    warm = _seconds_to_loop()
    commands = redis_connection().info("commandstats")
    used = {name.removeprefix("cmdstat_") for name in commands}
    return {"cold": cold, "warm": warm, "writes": sorted(used - READS)}


def _seconds_to_loop() -> float:
    """What `manage.py rqscheduler` does from `handle` to its loop."""
    start = time.perf_counter()
    service = SchedulerService(redis_connection())
    register(service)
    Loop(service, interval=5)
    return time.perf_counter() - start

"""Waiting for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable

from schedules.rq import heartbeat
from workflows.execution.queue import connection as redis_connection

PATIENCE_SECONDS = 300


def until(
    condition: Callable[[], bool], what: str, *, seconds: float = PATIENCE_SECONDS
) -> None:
    """Wait until the condition holds. Raises `AssertionError` if it takes too long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited too long for {what}"
        time.sleep(0.05)


def alive(kind: str) -> int:
    """How many schedulers or workers are alive."""
    return len(heartbeat.alive(redis_connection(), kind))

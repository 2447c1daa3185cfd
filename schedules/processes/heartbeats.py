"""The heartbeat of a worker: a thread that reports that it is alive, and what it does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from redis import Redis
from redis.exceptions import RedisError

from schedules.rq import heartbeat
from workflows.kit.logs import get_logger
from workflows.kit.outages import OutageLog

logger = get_logger(__name__)
outages = OutageLog(logger)
SHOW_EVERY_SECONDS = 1.0
STOP_SECONDS = 2.0


class Heartbeat:
    """A thread of the worker, never of its work processes. `show` is called every second."""

    def __init__(
        self,
        redis: Redis,
        kinds: Sequence[heartbeat.Kind],
        show: Callable[[], None] = lambda: None,
    ) -> None:
        self._redis = redis
        self._kinds = kinds
        self._show = show
        self._name = heartbeat.process_name()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        # How many runs the worker does at once.
        self.at_once = 1
        # Whether Redis has answered the last time.
        self.is_answered = True

    def start(self) -> None:
        self._stopped.clear()
        self._thread = threading.Thread(
            target=self._beat, daemon=True, name="heartbeat"
        )
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
            if self._thread.is_alive():
                self.is_answered = False
            self._thread = None

    def remove(self) -> None:
        """Take it back. Raises `RedisError` while Redis is away; it expires after 15 seconds
        anyway."""
        for kind in self._kinds:
            heartbeat.remove(self._redis, kind, self._name)

    def _beat(self) -> None:
        beat_at = 0.0
        while not self._stopped.is_set():
            try:
                if time.monotonic() >= beat_at:
                    for kind in self._kinds:
                        heartbeat.beat(
                            self._redis, kind, self._name, at_once=self.at_once
                        )
                    beat_at = time.monotonic() + heartbeat.EVERY_SECONDS
                self._show()
                self.is_answered = True
            except RedisError as error:
                self.is_answered = False
                outages.warning("heartbeat_not_sent", error=str(error))
            except Exception:
                # Without this thread the worker would be taken for dead.
                logger.exception("worker_not_shown")
            self._stopped.wait(SHOW_EVERY_SECONDS)

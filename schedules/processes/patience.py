"""How long a worker bears that Redis is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import RedisError

from workflows.kit.logs import get_logger
from workflows.kit.outages import OutageLog

outages = OutageLog(get_logger(__name__))
# For how long Redis may be away before a worker ends that is to empty its queue and end.
BURST_SECONDS = 10.0
LOST = "worker_lost_redis"


class Patience:
    """Notes whether Redis answers. It has no end, unless it is short."""

    def __init__(self, *, is_short: bool = False) -> None:
        self.is_short = is_short
        # What the last answer of Redis was, if it was an error.
        self.error = ""
        self._lost_at: float | None = None

    def note_answer(self) -> None:
        """Note that Redis has answered."""
        self.error, self._lost_at = "", None

    def note_error(self, error: RedisError, event: str = LOST) -> None:
        """Note this error, and log it now and then."""
        self.error = str(error)
        if self._lost_at is None:
            self._lost_at = time.monotonic()
        outages.warning(event, error=self.error)

    @property
    def is_over(self) -> bool:
        """Whether Redis has been away for too long."""
        if self._lost_at is None or not self.is_short:
            return False
        return time.monotonic() - self._lost_at >= BURST_SECONDS

    @contextmanager
    def whether_it_answers(self, event: str = LOST) -> Iterator[None]:
        """Go on after the body, whether Redis has answered or not."""
        try:
            yield
        except RedisError as error:
            self.note_error(error, event)

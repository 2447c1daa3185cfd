"""Whether the clock has jumped lately: then nothing is pruned, for it may be wrong."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog

from schedules.models import ScheduledRun
from schedules.rq.messages import RedisAway
from schedules.scheduler import get_scheduler_service

logger = structlog.get_logger(__name__)
LATELY = timedelta(hours=1)


class Jumps:
    """What this process knows, and in Redis for the others: a new process has seen none."""

    def __init__(self) -> None:
        self._at: float | None = None

    def note(self) -> None:
        self._at = time.monotonic()
        try:
            get_scheduler_service().mark_jump(LATELY)
        except RedisAway as error:
            logger.warning("jump_not_marked", error=str(error))

    def note_start(self, now: datetime) -> None:
        """A clock that jumped while nobody looked leaves a gap, as does a site that was
        down: in either case there is time to look at it."""
        newest = ScheduledRun.objects.order_by("-scheduled_for", "-created_at")
        last = newest.values_list("created_at", flat=True).first()
        if last is not None and abs(now - last) > LATELY:
            self.note()

    def lately(self) -> bool:
        """Within the last hour."""
        if self._at and time.monotonic() - self._at < LATELY.total_seconds():
            return True
        try:
            return get_scheduler_service().has_jumped()
        except RedisAway:
            return False

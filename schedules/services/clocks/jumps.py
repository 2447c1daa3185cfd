"""Recent jumps of the clock. After one the clock may be wrong, so nothing is pruned."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from schedules.models import ScheduledRun
from schedules.rq.messages import RedisAway
from schedules.scheduler import get_scheduler_service
from workflows.kit.logs import get_logger

logger = get_logger(__name__)
RECENT = timedelta(hours=1)


class Jumps:
    """Jumps that this process has seen, and those that others have recorded in Redis."""

    def __init__(self) -> None:
        self._at: float | None = None

    def note(self) -> None:
        """Record a jump now."""
        self._at = time.monotonic()
        try:
            get_scheduler_service().mark_jump(RECENT)
        except RedisAway as error:
            logger.warning("jump_not_marked", error=str(error))

    def note_start(self, now: datetime) -> None:
        """Record a jump if the newest run was written over an hour from `now`: the clock may
        have jumped while no scheduler was running."""
        newest = ScheduledRun.objects.order_by("-scheduled_for", "-created_at")
        last = newest.values_list("created_at", flat=True).first()
        if last is not None and abs(now - last) > RECENT:
            self.note()

    def lately(self) -> bool:
        """Whether the clock has jumped within the last hour."""
        if self._at and time.monotonic() - self._at < RECENT.total_seconds():
            return True
        try:
            return get_scheduler_service().has_jumped()
        except RedisAway:
            return False

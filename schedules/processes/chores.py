"""What a scheduler does besides firing and sweeping, a little of it at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Thread
from uuid import UUID

import structlog
from django.db import connection

from schedules.services.clocks.jumps import Jumps
from schedules.services.clocks.withdrawing import withdraw_batch
from schedules.services.upkeep.pruning import Pruned, prune
from schedules.services.upkeep.retiming import retime_batch
from workflows.services import deletions_wait, finish_deletions

logger = structlog.get_logger(__name__)


class Recovery:
    """When the clock is right again, what it wrote while it was ahead is withdrawn."""

    def __init__(self, jumps: Jumps) -> None:
        self._jumps = jumps
        self._started = False
        self._tried: set[UUID] = set()

    def go_on(self, now: datetime) -> bool:
        """Put some schedules right; whether there are more."""
        if not self._started:
            self._started = True
            self._jumps.note_start(now)
        if withdraw_batch(now, self._tried):
            return True
        self._tried.clear()
        return False


class Chores:
    """What is not urgent: a little of it with each sweep."""

    PRUNE_EVERY = timedelta(minutes=10)
    # Of each sweep, which is every few seconds.
    PRUNE_SECONDS = 0.05

    def __init__(self, may_prune: Callable[[], bool] = lambda: True) -> None:
        self._may_prune = may_prune
        self._retiming = True
        self._pruning: Iterator[Pruned] | None = None
        self._prune_at: datetime | None = None
        self._deleting = Deleting()

    def do(self, now: datetime) -> None:
        self._deleting.go_on()
        if self._retiming:
            self._retiming = retime_batch(now) > 0
        if self._pruning is None and self._is_time_to_prune(now):
            self._pruning = prune(now)
        if not self._pruning:
            return
        if not self._may_prune() or self._is_pruned(self._pruning):
            self._pruning = None
            self._prune_at = now + self.PRUNE_EVERY

    def _is_time_to_prune(self, now: datetime) -> bool:
        at = self._prune_at
        # Later than that it was put off by a clock that was ahead.
        return at is None or not at - self.PRUNE_EVERY <= now < at

    def _is_pruned(self, steps: Iterator[Pruned]) -> bool:
        """Goes on for a little while; whether that was the end."""
        until = time.monotonic() + self.PRUNE_SECONDS
        return all(time.monotonic() < until for _ in steps)


class Deleting:
    """Takes away the workflows that are marked, in a thread beside the loop."""

    def __init__(self) -> None:
        self._thread: Thread | None = None

    def go_on(self) -> None:
        """Begin, if there is something to do and nothing is under way."""
        if (self._thread is None or not self._thread.is_alive()) and deletions_wait():
            self._thread = Thread(target=self._finish, daemon=True, name="deleting")
            self._thread.start()

    def _finish(self) -> None:
        try:
            for _ in finish_deletions():
                pass
        except Exception:
            # The next sweep begins again where this one came to.
            logger.warning("deletion_interrupted", exc_info=True)
        finally:
            connection.close()

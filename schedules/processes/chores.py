"""The chores of a scheduler besides firing and sweeping, done in small steps."""

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
    """Withdraws the ticks that were recorded while the clock was ahead."""

    def __init__(self, jumps: Jumps) -> None:
        self._jumps = jumps
        self._started = False
        self._tried: set[UUID] = set()

    def step(self, now: datetime) -> bool:
        """Repair some schedules; returns whether there may be more."""
        if not self._started:
            self._started = True
            self._jumps.note_start(now)
        if withdraw_batch(now, self._tried):
            return True
        self._tried.clear()
        return False


class Chores:
    """Work that is not urgent: some of it with each sweep."""

    PRUNE_EVERY = timedelta(minutes=10)
    # In each sweep, every few seconds.
    PRUNE_SECONDS = 0.05

    def __init__(self, may_prune: Callable[[], bool] = lambda: True) -> None:
        self._may_prune = may_prune
        self._retiming = True
        self._pruning: Iterator[Pruned] | None = None
        self._prune_at: datetime | None = None
        self._deletion = Deletion()

    def do(self, now: datetime) -> None:
        """Delete marked workflows, recalculate schedules after new tzdata, and prune."""
        self._deletion.start_if_needed()
        if self._retiming:
            self._retiming = retime_batch(now) > 0
        if self._pruning is None and self._is_pruning_due(now):
            self._pruning = prune(now)
        if not self._pruning:
            return
        if not self._may_prune() or self._finishes_pruning(self._pruning):
            self._pruning = None
            self._prune_at = now + self.PRUNE_EVERY

    def _is_pruning_due(self, now: datetime) -> bool:
        at = self._prune_at
        # A later time was set by a clock that was ahead.
        return at is None or not at - self.PRUNE_EVERY <= now < at

    def _finishes_pruning(self, steps: Iterator[Pruned]) -> bool:
        """Prune for a short while; returns whether it is finished."""
        until = time.monotonic() + self.PRUNE_SECONDS
        return all(time.monotonic() < until for _ in steps)


class Deletion:
    """Deletes the workflows that are marked for deletion, in a thread beside the loop."""

    def __init__(self) -> None:
        self._thread: Thread | None = None

    def start_if_needed(self) -> None:
        """Start the thread if there are marked workflows and it is not running."""
        if (self._thread is None or not self._thread.is_alive()) and deletions_wait():
            self._thread = Thread(target=self._finish, daemon=True, name="deleting")
            self._thread.start()

    def _finish(self) -> None:
        try:
            for _ in finish_deletions():
                pass
        except Exception:
            # The next sweep continues where this one stopped.
            logger.warning("deletion_interrupted", exc_info=True)
        finally:
            connection.close()

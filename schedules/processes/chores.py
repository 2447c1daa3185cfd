"""The chores of a scheduler besides firing and sweeping, done in small steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from threading import Thread
from typing import Any
from uuid import UUID

from django.db import connection

from schedules.services.clocks.jumps import Jumps
from schedules.services.clocks.withdrawing import withdraw_batch
from schedules.services.keyed.objects import Orphans
from schedules.services.runs.handed_over import are_handed_over, poll_handed_over
from schedules.services.upkeep.pruning import Pruned, prune
from schedules.services.upkeep.retiming import retime_batch
from workflows.execution.steps import fix_one
from workflows.kit.logs import get_logger
from workflows.services import deletions_wait, finish_deletions

logger = get_logger(__name__)
Work = Callable[[datetime], Any]


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
    # In each sweep, every few seconds; and while nothing is due for so long, with a rest after.
    PRUNE_SECONDS = 0.05
    IDLE_SECONDS = 0.2
    REST = 3

    def __init__(self, may_prune: Callable[[], bool] = lambda: True) -> None:
        self._may_prune = may_prune
        self._retiming = True
        self._pruning: Iterator[Pruned] | None = None
        self._prune_at: datetime | None = None
        self._orphans = Orphans()
        self.beside = (
            Beside("deletion", deletions_wait, _finish_deletions),
            # A backend that does not answer must not hold up what is due.
            Beside("polling", are_handed_over, poll_handed_over),
        )

    def do(self, now: datetime) -> None:
        """Delete marked workflows, ask about runs that were handed over, end schedules whose
        object has gone, recalculate schedules after new tzdata, and prune."""
        for each in self.beside:
            each.start_if_needed(now)
        fix_one(now, self._orphans.step)
        if self._retiming:
            self._retiming = retime_batch(now) > 0
        if self._pruning is None and self._is_pruning_due(now):
            self._pruning = prune(now)
        self._prune_some(now)

    def prune_meanwhile(self, now: datetime, seconds: float) -> float:
        """Go on pruning if so many `seconds` are left before anything is to be done; returns
        those to rest, in which others have the database three times as long."""
        if self._pruning is None or seconds < self.IDLE_SECONDS:
            return seconds
        began = time.monotonic()
        fix_one(now, self._prune_some)
        took = time.monotonic() - began
        return max(0.0, min(seconds - took, took * self.REST))

    def _prune_some(self, now: datetime) -> None:
        if self._pruning is None:
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


class Beside:
    """Work in a thread beside the loop, at most one at a time: it may take long, or wait for
    others."""

    def __init__(self, name: str, is_needed: Callable[[], bool], work: Work) -> None:
        self._name = name
        self._is_needed = is_needed
        self._work = work
        self._thread: Thread | None = None

    def start_if_needed(self, now: datetime) -> None:
        """Start the thread if there is work and it is not running."""
        if (self._thread is None or not self._thread.is_alive()) and self._is_needed():
            work = partial(self._do, now)
            self._thread = Thread(target=work, daemon=True, name=self._name)
            self._thread.start()

    def _do(self, now: datetime) -> None:
        try:
            self._work(now)
        except Exception:
            # The next sweep continues where this one stopped.
            logger.warning("chore_interrupted", chore=self._name, exc_info=True)
        finally:
            connection.close()


def _finish_deletions(now: datetime) -> None:
    for _ in finish_deletions():
        pass

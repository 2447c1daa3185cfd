"""Suspends firing while the clock of the host cannot be trusted: after a jump, or while it
differs from all other clocks. `policy.clocks` decides; this module reads the clocks and logs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime

from schedules.policy.clocks import (
    CHECK_AGAIN_SECONDS,
    Comparison,
    JumpWatch,
    Reading,
    compare,
)
from workflows.kit.logs import get_logger

logger = get_logger(__name__)


class ClockGuard:
    """`leads()` returns by how many seconds this host is ahead of each other clock; `on_jump()`
    is called when the clock of the host has jumped.

    `settled` is set when a clock becomes trusted that may differ from the one by which the
    ledger was written. The caller resets it.
    """

    def __init__(
        self,
        *,
        leads: Callable[[], Mapping[str, float]],
        on_jump: Callable[[], None],
    ) -> None:
        self.settled = False
        self._leads = leads
        self._on_jump = on_jump
        self._watch = JumpWatch()
        self._comparison = Comparison({}, is_host_wrong=False)
        self._settling = False

    def suspended_for(self, now: datetime) -> float:
        """For how many seconds nothing may fire; 0 if the clock can be trusted.

        While all is well, no other clock is read.
        """
        verdict = self._watch.update(Reading(now.timestamp(), time.monotonic()))
        if verdict.jumped:
            logger.warning("clock_jumped", seconds=round(verdict.jumped), now=str(now))
            self._on_jump()
        if verdict.suspend_for:
            return verdict.suspend_for
        self._settling |= verdict.settled
        if self._settling or self._comparison.is_host_wrong:
            self.compare()
        if self._comparison.is_host_wrong:
            return CHECK_AGAIN_SECONDS
        if self._settling:
            self._settling = False
            self.settled = True
        return 0.0

    def compare(self) -> None:
        """Read the other clocks, and log what has changed."""
        before, self._comparison = self._comparison, compare(self._leads())
        ahead_of = {name: round(lead) for name, lead in self._comparison.off.items()}
        if self._comparison.is_host_wrong and not before.is_host_wrong:
            logger.error("firing_held", ahead_of=ahead_of)
        elif before.is_host_wrong and not self._comparison.is_host_wrong:
            logger.warning("firing_goes_on", ahead_of=ahead_of)
            self._settling = True
        elif ahead_of.keys() != before.off.keys() and ahead_of:
            logger.warning("clocks_differ", ahead_of=ahead_of)

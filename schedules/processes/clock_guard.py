"""Holds firing while the host's clock cannot be trusted: after a jump, or while it differs
from all others. `clocks` decides, this reads the clocks and says what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from schedules.policy.clocks import (
    LOOK_AGAIN_SECONDS,
    Comparison,
    JumpWatch,
    Look,
    compare,
)

logger = structlog.get_logger(__name__)


class ClockGuard:
    """`leads()` says by how many seconds this host is ahead of other clocks; `on_jump()` is
    called when the host's own clock has jumped.

    `settled` is set, for the caller to take down, when a clock begins to count that may
    not be the one by which the ledger was written.
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
        self._comparison = Comparison({}, hold=False)
        self._settling = False

    def hold(self, now: datetime) -> float:
        """For how many seconds nothing is to fire; 0 lets it. Two looks at the clock, and
        nobody else is asked while all is well."""
        verdict = self._watch.look(Look(now.timestamp(), time.monotonic()))
        if verdict.jumped:
            logger.warning("clock_jumped", seconds=round(verdict.jumped), now=str(now))
            self._on_jump()
        if verdict.hold_for:
            return verdict.hold_for
        self._settling |= verdict.settled
        if self._settling or self._comparison.hold:
            self.compare()
        if self._comparison.hold:
            return LOOK_AGAIN_SECONDS
        if self._settling:
            self._settling = False
            self.settled = True
        return 0.0

    def compare(self) -> None:
        """Ask the other clocks, and say once what has changed."""
        before, self._comparison = self._comparison, compare(self._leads())
        ahead_of = {name: round(lead) for name, lead in self._comparison.off.items()}
        if self._comparison.hold and not before.hold:
            logger.error("firing_held", ahead_of=ahead_of)
        elif before.hold and not self._comparison.hold:
            logger.warning("firing_goes_on", ahead_of=ahead_of)
            self._settling = True
        elif ahead_of.keys() != before.off.keys() and ahead_of:
            logger.warning("clocks_differ", ahead_of=ahead_of)

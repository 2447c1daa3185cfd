"""Late ticks: which are caught up and which are missed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from schedules import timing as when
from schedules.policy.overlap import MOST_WAITING
from schedules.policy.types import MICROSECOND, LedgerRow, Rules, range_row, tick_before

# The most late ticks that each catch-up policy fires.
CATCHUP_TICKS = {"latest": 1, "all": MOST_WAITING, "none": 0}


@dataclass(frozen=True, slots=True)
class Late:
    """The late ticks from `first` to `last`, inclusive.

    `room`: how many more ticks may wait.
    """

    rules: Rules
    first: datetime
    last: datetime
    now: datetime
    room: int

    def chosen(self) -> list[datetime]:
        """The late ticks that the catch-up policy fires, oldest first."""
        limit = min(CATCHUP_TICKS[self.rules.catchup], self.room)
        floor = self._window_end() or self.first - MICROSECOND
        if not limit or floor >= self.last:
            return []
        return when.newest(self.rules.timing, floor, self.last, limit)

    def missed(self) -> Iterator[LedgerRow]:
        """The rows of the other late ticks, at most one for each reason."""
        window_end = self._window_end()
        if window_end is not None:
            yield from self._missed(self.first, window_end, "window")
            if window_end >= self.last:
                return
        first = self._after(window_end) if window_end else self.first
        chosen = self.chosen()
        last = tick_before(self.rules, first, chosen[0]) if chosen else self.last
        if last is not None:
            yield from self._missed(first, last, "policy")

    def _window_end(self) -> datetime | None:
        """The newest late tick that is older than the catch-up window."""
        cutoff = self.now - self.rules.catchup_window - MICROSECOND
        tick = self.rules.last_due(cutoff)
        if tick is None or tick < self.first:
            return None
        return min(tick, self.last)

    def _after(self, tick: datetime) -> datetime:
        following = when.next_after(self.rules.timing, tick)
        assert following is not None  # a later late tick exists
        return following

    def _missed(
        self, first: datetime, last: datetime, reason: str
    ) -> Iterator[LedgerRow]:
        yield range_row(self.rules, first, last, status="missed", reason=reason)

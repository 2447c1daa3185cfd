"""Whether the clock of the host can be trusted, from its readings. Pure.

A clock that jumps, or that differs from those of the database and Redis, would fire ticks
too early, or none at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

# Smaller differences between clocks are left to NTP.
TOLERATED_SECONDS = 60.0
CHECK_AGAIN_SECONDS = 1.0
LONGEST_SUSPENSION_SECONDS = 5.0
# Two readings agree if the wall clock and the monotonic clock advanced alike between them.
AGREE_WITHIN_SECONDS = 1.0


class Reading(NamedTuple):
    """One reading of the clocks of the host, in seconds: the wall clock, and the monotonic
    clock, which cannot be set."""

    wall: float
    monotonic: float


class Verdict(NamedTuple):
    """The result of one reading.

    `suspend_for`: fire nothing, and read again after so many seconds. `jumped`: by how many
    seconds the clock has just jumped. `settled`: the clock is trusted from now on, for the
    first time or after a jump.
    """

    suspend_for: float = 0.0
    jumped: float = 0.0
    settled: bool = False


FIRE = Verdict()


def jump(before: Reading, after: Reading) -> float:
    """By how many seconds the wall clock was moved between two readings."""
    return (after.wall - before.wall) - (after.monotonic - before.monotonic)


class JumpWatch:
    """Follows the clock of the host from reading to reading.

    After a jump, two readings a second apart must agree. Firing is suspended until then, but
    not longer than `LONGEST_SUSPENSION_SECONDS`.
    """

    def __init__(self) -> None:
        self._last: Reading | None = None
        self._suspended_since: float | None = None
        self._first_of_two = Reading(0.0, 0.0)

    def update(self, here: Reading) -> Verdict:
        """Judge the next reading."""
        last, self._last = self._last, here
        if last is None:
            return Verdict(settled=True)
        jumped = jump(last, here)
        if abs(jumped) > TOLERATED_SECONDS:
            self._first_of_two = here
            if self._suspended_since is None:
                self._suspended_since = here.monotonic
        else:
            jumped = 0.0
        if self._suspended_since is None:
            return FIRE
        if here.monotonic - self._suspended_since >= LONGEST_SUSPENSION_SECONDS:
            return self._settled(jumped)
        waited = here.monotonic - self._first_of_two.monotonic
        if waited < CHECK_AGAIN_SECONDS:
            return Verdict(CHECK_AGAIN_SECONDS - waited, jumped)
        if abs(jump(self._first_of_two, here)) <= AGREE_WITHIN_SECONDS:
            return self._settled(jumped)
        self._first_of_two = here
        return Verdict(CHECK_AGAIN_SECONDS, jumped)

    def _settled(self, jumped: float) -> Verdict:
        self._suspended_since = None
        return Verdict(jumped=jumped, settled=True)


@dataclass(frozen=True, slots=True)
class Comparison:
    """This host compared with other clocks.

    `off`: the clocks that differ, with the seconds by which this host is ahead of each.
    `is_host_wrong`: all of them differ, so the clock of this host must be wrong.
    """

    off: Mapping[str, float]
    is_host_wrong: bool


def compare(leads: Mapping[str, float]) -> Comparison:
    """Compare, given by how many seconds this host is ahead of each clock that answered.

    If only some of the clocks differ, they may be wrong themselves.
    """
    off = {name: lead for name, lead in leads.items() if abs(lead) > TOLERATED_SECONDS}
    return Comparison(off, is_host_wrong=bool(off) and len(off) == len(leads))

"""Whether the host's clock can be fired by: readings in, verdict out. Pure.

A clock that jumps, or that differs from those of the database and of Redis, would fire
ticks that have not come, or none at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

# Clocks that differ by less than this are left to NTP.
MOST_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 1.0
LONGEST_HOLD_SECONDS = 5.0
# Two looks agree if the wall clock went on between them as time did, to within this.
AGREE_WITHIN_SECONDS = 1.0


class Look(NamedTuple):
    """One look at the host's clocks, in seconds: the wall clock, and the monotonic one,
    which nobody can set."""

    wall: float
    monotonic: float


class Verdict(NamedTuple):
    """What one look says. `hold_for`: fire nothing, and look again in so many seconds.
    `jumped`: by how many seconds the clock has just jumped. `settled`: from here on the
    clock counts, after a jump or for the first time."""

    hold_for: float = 0.0
    jumped: float = 0.0
    settled: bool = False


FIRE = Verdict()


def jump(before: Look, after: Look) -> float:
    """By how many seconds the wall clock was moved between two looks."""
    return (after.wall - before.wall) - (after.monotonic - before.monotonic)


class JumpWatch:
    """Follows the host's clock from look to look.

    After a jump two looks, a second apart, must agree; nobody waits longer than
    `LONGEST_HOLD_SECONDS` for that.
    """

    def __init__(self) -> None:
        self._last: Look | None = None
        self._held_since: float | None = None
        self._first_of_two = Look(0.0, 0.0)

    def look(self, here: Look) -> Verdict:
        last, self._last = self._last, here
        if last is None:
            return Verdict(settled=True)
        jumped = jump(last, here)
        if abs(jumped) > MOST_SECONDS:
            self._first_of_two = here
            if self._held_since is None:
                self._held_since = here.monotonic
        else:
            jumped = 0.0
        if self._held_since is None:
            return FIRE
        if here.monotonic - self._held_since >= LONGEST_HOLD_SECONDS:
            return self._settled(jumped)
        waited = here.monotonic - self._first_of_two.monotonic
        if waited < LOOK_AGAIN_SECONDS:
            return Verdict(LOOK_AGAIN_SECONDS - waited, jumped)
        if abs(jump(self._first_of_two, here)) <= AGREE_WITHIN_SECONDS:
            return self._settled(jumped)
        self._first_of_two = here
        return Verdict(LOOK_AGAIN_SECONDS, jumped)

    def _settled(self, jumped: float) -> Verdict:
        self._held_since = None
        return Verdict(jumped=jumped, settled=True)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the other clocks say. `off`: those that differ, and by how many seconds this
    host is ahead of each. `hold`: all of them do, so it is this host that is wrong."""

    off: Mapping[str, float]
    hold: bool


def compare(leads: Mapping[str, float]) -> Comparison:
    """By how many seconds this host is ahead of each of the other clocks that answered:
    one alone that differs may itself be wrong."""
    off = {name: lead for name, lead in leads.items() if abs(lead) > MOST_SECONDS}
    return Comparison(off, hold=bool(off) and len(off) == len(leads))

"""Turns: whose run a work process starts next.

The lowest lane goes first, but every tenth turn begins at the highest that is not empty, so
that no lane waits for ever. In a lane the owners take turns, and the schedules of an owner
among themselves; of a schedule the oldest run goes first. The executions of an owner that
run on their own count as one more schedule, the last one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from schedules.policy.lanes import Lane

# The key of a user, of any type that has an order.
Owner = Any
OTHER_END_FIRST = 10
FIRST = UUID(int=0)
EXECUTIONS = UUID(int=2**128 - 1)
MOST_REMEMBERED = 10_000


class Waiting(NamedTuple):
    """The next owners in one lane after some owner, or the first ones; None if there are
    none."""

    lane: Lane
    runs_of: Owner | None
    executions_of: Owner | None = None


class Place(NamedTuple):
    """An owner whose turn it is in a lane, and what waits there."""

    lane: Lane
    owner: Owner
    has_runs: bool
    has_executions: bool


@dataclass(slots=True)
class Turns:
    """What one work process remembers of the turns that it has taken."""

    # A process begins after this schedule: with the same one, all would begin with the same.
    begins_after: UUID = FIRST
    taken: int = 0
    # By lane, the owner who had the last turn.
    _owners: dict[Lane, Owner] = field(default_factory=dict)
    # By lane and owner, the schedule that had it; the longest ago is forgotten first.
    _schedules: dict[tuple[Lane, Owner], UUID] = field(default_factory=dict)
    # What was about to be claimed, and under which token: the answer of the database to the
    # commit may have been lost.
    claiming: tuple[Any, ...] | None = None

    @property
    def note(self) -> bytes:
        """Where the next process in this place is to go on."""
        owners = {lane.value: str(owner) for lane, owner in self._owners.items()}
        return json.dumps([self.taken, owners]).encode()

    def go_on(self, note: bytes) -> None:
        """Go on where another process has ended; at the beginning if its note is not whole."""
        with suppress(ValueError, TypeError):
            self.taken, owners = json.loads(note)
            self._owners = {Lane(int(lane)): owners[lane] for lane in owners}

    def owner_before(self, lane: Lane) -> Owner | None:
        """The owner after whom the lane goes on, or the text of that key; None if it has not
        begun."""
        return self._owners.get(lane)

    def schedule_before(self, place: Place) -> UUID:
        """The schedule after which the turns of this owner go on."""
        return self._schedules.get((place.lane, place.owner), self.begins_after)

    def place(
        self, waiting: Collection[Waiting], missed: Collection[Place] = ()
    ) -> Place | None:
        """Whose turn it is. `waiting` has for each lane what comes after its last owner, then
        what comes first; places in `missed` are passed over."""
        places = (
            place
            for lane in self._lanes()
            for each in waiting
            if each.lane == lane and (place := _next(each))
        )
        return next((place for place in places if place not in missed), None)

    def _lanes(self) -> Iterable[Lane]:
        turn = self.taken + 1
        return reversed(Lane) if turn % OTHER_END_FIRST == 0 else Lane

    def pass_over(self, place: Place) -> None:
        """Go on after this owner, of whom nothing could be started."""
        self._owners[place.lane] = place.owner

    def take(self, place: Place, schedule: UUID) -> None:
        """This schedule of the owner had its turn."""
        self.taken += 1
        self._owners[place.lane] = place.owner
        self._schedules.pop((place.lane, place.owner), None)
        self._schedules[place.lane, place.owner] = schedule
        if len(self._schedules) > MOST_REMEMBERED:
            del self._schedules[next(iter(self._schedules))]


def _next(waiting: Waiting) -> Place | None:
    lane, runs_of, executions_of = waiting
    owners = [each for each in (runs_of, executions_of) if each is not None]
    if not owners:
        return None
    owner = min(owners)
    return Place(lane, owner, runs_of == owner, executions_of == owner)

"""Which schedules of a peak to move, and by how many minutes, so that it fits. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from uuid import UUID

from schedules.services.insight.load.demand import Demand, Load, Share
from schedules.timing import Timing
from schedules.timing.quarters import per_quarter
from schedules.timing.shifting import shifted

# Later first: what runs earlier than asked for may find its data not there yet.
STEPS = (15, 30, 45, -15, -30, -45)
# A peak is spread until it is this share of what the workers can do.
AIM = 0.8
MOST_MOVES = 200
# So many schedules of a peak are tried, those with the most work first.
MOST_TRIED = 400


@dataclass(frozen=True, slots=True)
class Move:
    """Run the schedule so many minutes later (negative: earlier)."""

    id: UUID
    minutes: int
    timing: Timing


@dataclass(frozen=True, slots=True)
class Spread:
    """The moves, and the load after them. `schedules`: how many run in the peak."""

    moves: tuple[Move, ...]
    schedules: int
    after: Load


def members_at(found: Sequence[Share], place: int) -> list[tuple[Demand, Share]]:
    """The schedules with runs in the quarter, those with the most work in it first."""
    members = [
        (demand, share)
        for share in found
        if share.counts[place]
        for demand in share.members
    ]
    members.sort(key=lambda pair: -pair[1].counts[place] * pair[1].seconds(pair[0]))
    return members


def spread(
    load: Load,
    found: Sequence[Share],
    place: int,
    *,
    limit: float,
    movable: Collection[UUID],
) -> Spread:
    """Move schedules out of the quarter `place`, one after the other, each to where it
    matters least, until the quarter fits or no move helps."""
    after = load.copy()
    moves: list[Move] = []
    counted: dict[Timing, list[int]] = {}
    members = members_at(found, place)
    able = [pair for pair in members if pair[0].id in movable]
    for demand, share in able[:MOST_TRIED]:
        if after.seconds[place] <= AIM * limit or len(moves) == MOST_MOVES:
            break
        best = _best(after, demand, share, place, counted)
        if best is not None:
            moves.append(best)
    return Spread(tuple(moves), len(members), after)


def _best(
    load: Load,
    demand: Demand,
    share: Share,
    place: int,
    counted: dict[Timing, list[int]],
) -> Move | None:
    """The move after which the fullest quarter that it touches is the least full; it is made
    in `load`. None if each would make another quarter as full as this one."""
    seconds = share.seconds(demand)
    most, chosen = load.seconds[place], None
    load.add(share.counts, -1, seconds)
    for minutes, timing in _moves(demand.timing):
        if timing not in counted:
            counted[timing] = per_quarter(timing, load.begins, load.quarters)
        counts = counted[timing]
        if counts[place] or not any(counts):
            continue
        load.add(counts, 1, seconds)
        fullest = max(compress(load.seconds, counts))
        load.add(counts, -1, seconds)
        if fullest < most:
            most, chosen = fullest, (Move(demand.id, minutes, timing), counts)
    if chosen is None:
        load.add(share.counts, 1, seconds)
        return None
    load.add(chosen[1], 1, seconds)
    return chosen[0]


def _moves(timing: Timing) -> Iterator[tuple[int, Timing]]:
    for minutes in STEPS:
        moved = shifted(timing, minutes)
        if moved is not None:
            yield minutes, moved

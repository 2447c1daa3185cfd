"""Which schedules of a peak to move, and by how many minutes, so that it fits. Pure."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, repeat
from operator import add, mul
from uuid import UUID

from schedules.services.insight.load.demand import (
    QUARTER_SECONDS,
    Demand,
    Load,
    Share,
)
from schedules.timing import Timing
from schedules.timing.quarters import per_quarter, rhythm
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
    counts_of = _Counts(load)
    members = members_at(found, place)
    able = [pair for pair in members if pair[0].id in movable]
    for demand, share in able[:MOST_TRIED]:
        if after.seconds[place] <= AIM * limit or len(moves) == MOST_MOVES:
            break
        best = _best(after, demand, share, place, counts_of)
        if best is not None:
            moves.append(best)
    return Spread(tuple(moves), len(members), after)


class _Counts:
    """The runs in each quarter of the load, worked out once for each rhythm."""

    def __init__(self, load: Load) -> None:
        self._begins, self._quarters = load.begins, load.quarters
        self._of: dict[Hashable, list[int]] = {}

    def __call__(self, timing: Timing) -> list[int]:
        key = rhythm(timing, self._begins, self._quarters)
        if key not in self._of:
            self._of[key] = per_quarter(timing, self._begins, self._quarters)
        return self._of[key]


def _best(
    load: Load, demand: Demand, share: Share, place: int, counts_of: _Counts
) -> Move | None:
    """The move after which the fullest quarter that it touches is the least full; it is made
    in `load`. None if each would make another quarter as full as this one."""
    seconds = share.seconds(demand)
    most, chosen = load.seconds[place], None
    load.add(share.counts, -1, seconds)
    without = load.seconds
    for minutes, timing in _moves(demand.timing):
        counts = counts_of(timing)
        if counts[place] or not any(counts):
            continue
        fullest = _fullest(without, counts, seconds, load)
        if fullest < most:
            most, chosen = fullest, (Move(demand.id, minutes, timing), counts)
    if chosen is None:
        load.add(share.counts, 1, seconds)
        return None
    load.add(chosen[1], 1, seconds)
    return chosen[0]


def _fullest(
    work: Sequence[float], counts: Sequence[int], seconds: float, load: Load
) -> float:
    """The most seconds of work in a quarter in which one of these runs begins, with them."""
    if seconds < QUARTER_SECONDS:
        added: Iterable[float] = map(mul, filter(None, counts), repeat(seconds))
    else:
        alone = Load(load.begins, load.quarters)
        alone.add(counts, 1, seconds)
        added = compress(alone.seconds, counts)
    fullest: float = max(map(add, compress(work, counts), added))
    return fullest


def _moves(timing: Timing) -> Iterator[tuple[int, Timing]]:
    for minutes in STEPS:
        moved = shifted(timing, minutes)
        if moved is not None:
            yield minutes, moved

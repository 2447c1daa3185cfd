"""What active schedules demand of the workers in each quarter of an hour. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import accumulate, compress
from operator import add, sub
from typing import TypeVar
from uuid import UUID

from schedules import timing as when
from schedules.timing import Timing
from schedules.timing.quarters import QUARTER, per_quarter, rhythm

QUARTER_SECONDS = QUARTER // timedelta(seconds=1)
# The ticks whose random delay is worked out; those of further schedules are counted at
# their nominal times.
MOST_DELAYED_TICKS = 20_000
_MICROSECOND = timedelta(microseconds=1)
Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Demand:
    """An active schedule. `seconds`: how long a run of it usually holds a worker. `is_single`:
    its runs do not overlap. `runs_left`: None if their number is not limited."""

    id: UUID
    timing: Timing
    seconds: float
    is_single: bool = True
    jitter_seconds: int = 0
    runs_left: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """Schedules with the same number of runs in each quarter. `longest`: the seconds after
    which a run of them would meet the next. `undelayed`: how many of them are counted without
    their random delay."""

    counts: Sequence[int]
    members: Sequence[Demand]
    longest: float
    undelayed: int = 0

    def seconds(self, demand: Demand) -> float:
        return min(demand.seconds, self.longest) if demand.is_single else demand.seconds

    def averaged(self, seconds: float) -> Share:
        """As if every run took so many seconds."""
        members = [
            replace(demand, seconds=seconds, is_single=False) for demand in self.members
        ]
        return replace(self, members=members)


@dataclass(slots=True)
class Load:
    """The runs that begin in each quarter from `begins`, and the seconds of work in it. Work
    that takes longer than a quarter goes on in the following ones."""

    begins: datetime
    quarters: int
    runs: list[int] = field(init=False)
    _rests: list[float] = field(init=False)
    # Where whole quarters of work begin and end: their running total is the work.
    _whole: list[float] = field(init=False)
    _seconds: list[float] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.runs = [0] * self.quarters
        self._rests = [0.0] * self.quarters
        self._whole = [0.0] * self.quarters

    @property
    def seconds(self) -> Sequence[float]:
        if self._seconds is None:
            self._seconds = [*map(add, self._rests, accumulate(self._whole))]
        return self._seconds

    def copy(self) -> Load:
        other = Load(self.begins, self.quarters)
        other.runs = [*self.runs]
        other._rests, other._whole = [*self._rests], [*self._whole]
        return other

    def add(self, counts: Sequence[int], schedules: int, seconds: float) -> None:
        """Add the runs of so many schedules that all take so many seconds. A negative number
        takes them away."""
        whole, rest = divmod(seconds, QUARTER_SECONDS)
        self._add(counts, schedules, int(whole), schedules * rest)

    def add_share(self, share: Share) -> None:
        by_length: defaultdict[int, list[float]] = defaultdict(list)
        for demand in share.members:
            whole, rest = divmod(share.seconds(demand), QUARTER_SECONDS)
            by_length[int(whole)].append(rest)
        for whole_quarters, rests in by_length.items():
            self._add(share.counts, len(rests), whole_quarters, sum(rests))

    def _add(
        self, counts: Sequence[int], schedules: int, whole: int, rest: float
    ) -> None:
        """Add runs that take so many `whole` quarters each, and together `rest` seconds
        more at each run of the schedules."""
        self._seconds = None
        _put(self.runs, counts, schedules)
        _put(self._rests, counts, rest, later=whole)
        if whole:
            work = schedules * QUARTER_SECONDS
            _put(self._whole, counts, work)
            _put(self._whole, counts, -work, later=whole)


def _put(
    totals: list[Number], counts: Sequence[int], each: Number, *, later: int = 0
) -> None:
    """Add `each` for each run to the quarter in which it begins, or so many quarters later."""
    inside = counts[: max(0, len(totals) - later)]
    for place, count in compress(enumerate(inside, later), inside):
        totals[place] += count * each


def shares(
    demands: Iterable[Demand], begins: datetime, quarters: int
) -> Iterator[Share]:
    """The schedules by their runs in each quarter."""
    alike: defaultdict[Hashable, list[Demand]] = defaultdict(list)
    for demand in demands:
        alike[rhythm(demand.timing, begins, quarters)].append(demand)
    to_work_out = MOST_DELAYED_TICKS
    for members in alike.values():
        counts = per_quarter(members[0].timing, begins, quarters)
        total = sum(counts)
        if not total:
            continue
        longest = shortest_gap(counts)
        plain, undelayed = [], 0
        for demand in members:
            is_delayed = bool(demand.jitter_seconds) and longest > QUARTER_SECONDS
            undelayed += is_delayed and total > to_work_out
            if is_delayed and total <= to_work_out:
                to_work_out -= total
                own = delayed(demand, begins, quarters)
            elif demand.runs_left is not None and demand.runs_left < total:
                own = first_runs(counts, demand.runs_left)
            else:
                plain.append(demand)
                continue
            yield Share(own, [demand], longest)
        yield Share(counts, plain, longest, undelayed)


def load_of(found: Iterable[Share], begins: datetime, quarters: int) -> Load:
    load = Load(begins, quarters)
    for share in found:
        load.add_share(share)
    return load


def shortest_gap(counts: Sequence[int]) -> float:
    """About the seconds between one run and the next, where they are closest."""
    most = max(counts, default=0)
    if most > 1:
        return QUARTER_SECONDS / most
    places = [*compress(range(len(counts)), counts)]
    gaps = map(sub, places[1:], places)
    return min(gaps, default=len(counts)) * float(QUARTER_SECONDS)


def delayed(demand: Demand, begins: datetime, quarters: int) -> list[int]:
    """The runs in each quarter at the times at which they fire, random delay included."""
    counts, ends = [0] * quarters, begins + quarters * QUARTER
    after = begins - timedelta(seconds=demand.jitter_seconds) - _MICROSECOND
    ticks = when.between(demand.timing, after, ends, MOST_DELAYED_TICKS)
    left = demand.runs_left
    for tick in ticks:
        at = when.due_at(
            demand.timing,
            tick,
            seed=demand.id.hex,
            jitter_seconds=demand.jitter_seconds,
        )
        if begins <= at < ends and left != 0:
            counts[(at - begins) // QUARTER] += 1
            left = None if left is None else left - 1
    return counts


def first_runs(counts: Sequence[int], left: int) -> list[int]:
    """Only the first `left` runs."""
    first = []
    for count in counts:
        first.append(min(count, left))
        left -= first[-1]
    return first

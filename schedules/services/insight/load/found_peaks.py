"""Peaks with the schedules that make them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from schedules.models import ScheduledJob
from schedules.services.insight.load.demand import (
    QUARTER_SECONDS,
    Demand,
    Load,
    Share,
)
from schedules.services.insight.load.peaks import Peak
from schedules.services.insight.load.spreading import MOST_TRIED, members_at
from schedules.timing import next_after
from schedules.timing.quarters import QUARTER

# So many schedules are named, if they are such a part of a peak.
NAMED = 2
MAKE_A_PEAK = 0.75
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class FoundPeak:
    """A peak, with the runs in its fullest quarter, and the workers that they keep busy.

    The rest is about the schedules that make the peak, which do not run as often in the
    quarters beside it: their number, and how many of them begin at the same minute. `members`
    are those with the most work first; `names` those of the first, if one or two of them make
    the most of it. `seconds` are those of an average run: of those with names, else of all."""

    peak: Peak
    runs: int
    busy: float
    schedules: int
    at_once: int
    seconds: float
    members: tuple[Demand, ...]
    leaders: int
    names: tuple[str, ...] = ()


def described(
    peaks: Sequence[Peak], found: Sequence[Share], load: Load
) -> list[FoundPeak]:
    """The peaks with their schedules, in one query."""
    alone = [_found(peak, found, load) for peak in peaks]
    first = {demand.id for each in alone for demand in each.members[: each.leaders]}
    names = dict(ScheduledJob.objects.filter(pk__in=first).values_list("pk", "name"))
    return [
        replace(
            each,
            names=tuple(
                names.get(demand.id, "") for demand in each.members[: each.leaders]
            ),
        )
        for each in alone
    ]


def _found(peak: Peak, found: Sequence[Share], load: Load) -> FoundPeak:
    place = peak.worst
    begins, all_of_it = load.begins + place * QUARTER, members_at(found, place)
    members = [pair for pair in all_of_it if not _is_steady(pair[1], place)]
    work = [share.counts[place] * share.seconds(demand) for demand, share in members]
    starts = Counter(_first_ticks([demand for demand, _ in members], begins))
    leaders = next(
        (n for n in range(NAMED + 1) if sum(work[:n]) >= MAKE_A_PEAK * sum(work)), 0
    )
    told = leaders or len(members)
    runs = sum(share.counts[place] for _, share in members[:told])
    return FoundPeak(
        peak=peak,
        runs=load.runs[place],
        busy=load.seconds[place] / QUARTER_SECONDS,
        schedules=len(members),
        at_once=max(starts.values(), default=0),
        seconds=sum(work[:told]) / max(1, runs),
        members=tuple(demand for demand, _ in members[:MOST_TRIED]),
        leaders=leaders,
    )


def _is_steady(share: Share, place: int) -> bool:
    """Whether as many runs of it are in the quarters beside."""
    beside = [
        *share.counts[max(0, place - 1) : place],
        *share.counts[place + 1 : place + 2],
    ]
    return min(beside, default=0) >= share.counts[place]


def _first_ticks(demands: Iterable[Demand], begins: datetime) -> list[datetime | None]:
    return [next_after(demand.timing, begins - _MICROSECOND) for demand in demands]

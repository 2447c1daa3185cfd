"""The load map of the next seven days, from the active schedules and the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Count, Max

from schedules.models import ScheduledJob, ScheduleQuerySet, Status
from schedules.services.insight.load.active import MOST_SCHEDULES, demands_of
from schedules.services.insight.load.demand import (
    QUARTER_SECONDS,
    Load,
    load_of,
    shares,
)
from schedules.services.insight.load.found_peaks import FoundPeak, described
from schedules.services.insight.load.grid import Cell, cells
from schedules.services.insight.load.peaks import find_peaks
from schedules.services.insight.local_days import LocalDay, date_at, local_days
from schedules.timing.quarters import QUARTER, quarter_of

DAYS = 7
# The map begins with today, in its last hour with tomorrow: the overview shows the next hour.
_AHEAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LoadMap:
    """`load` and `grid` are for each quarter from now to the end of the `days`. `slots`: how
    many runs the workers can do at once. `seconds`: how long an average run takes, assumed if
    not `is_measured`. `by_runs`: every run is taken to be an average one. `left_out`:
    schedules that are not counted, because there are too many or their time zone is unknown;
    `undelayed`: those counted without their random delay.
    """

    days: Sequence[LocalDay]
    grid: Sequence[Cell]
    load: Load
    slots: int
    schedules: int
    left_out: int
    undelayed: int
    seconds: float
    is_measured: bool
    by_runs: bool
    peaks: Sequence[FoundPeak]

    @property
    def limit(self) -> float:
        """The seconds of work that the workers can do in a quarter."""
        return float(self.slots * QUARTER_SECONDS)

    @property
    def limit_runs(self) -> float:
        """About the runs that the workers can do in a quarter."""
        return self.limit / max(self.seconds, 0.01)

    @property
    def values(self) -> list[float]:
        """What is compared with the limit: runs, or the workers that they keep busy."""
        return self.values_of(self.load)

    def values_of(self, load: Load) -> list[float]:
        if self.by_runs:
            return [float(runs) for runs in load.runs]
        return [seconds / QUARTER_SECONDS for seconds in load.seconds]

    @property
    def most(self) -> float:
        """As many as the workers can handle."""
        return self.limit_runs if self.by_runs else float(self.slots)

    def begins(self, place: int) -> datetime:
        return self.load.begins + place * QUARTER


class _Key(NamedTuple):
    """What a map depends on. `owner`: whose schedules it is about, None for all."""

    owner: Any
    zone: str
    minute: datetime
    slots: int
    by_runs: bool
    schedules: int
    changed_at: datetime | None


def load_map(
    *, owner: Any, zone: str, slots: int, now: datetime, by_runs: bool = False
) -> LoadMap:
    """The map, kept for the minute; a change of a schedule makes another."""
    found = _active(owner).aggregate(
        schedules=Count("pk"), changed_at=Max("updated_at")
    )
    minute = now.replace(second=0, microsecond=0)
    return _made(_Key(owner, zone, minute, slots, by_runs, **found))


def forget() -> None:
    """Forget the maps that were kept (in tests)."""
    _made.cache_clear()


def _active(owner: Any) -> ScheduleQuerySet:
    active = ScheduledJob.objects.filter(status=Status.ACTIVE)
    return active if owner is None else active.filter(owner=owner)


@lru_cache(maxsize=8)
def _made(key: _Key) -> LoadMap:
    days = local_days(date_at(key.minute + _AHEAD, key.zone), DAYS, key.zone)
    begins = max(days[0].begins, quarter_of(key.minute))
    demands, is_measured = demands_of(
        _active(key.owner).order_by("pk")[:MOST_SCHEDULES], key.minute
    )
    quarters = (days[-1].ends - begins) // QUARTER
    found = [*shares(demands, begins, quarters)]
    load = load_of(found, begins, quarters)
    average = sum(load.seconds) / max(1, sum(load.runs))
    if key.by_runs:
        found = [share.averaged(average) for share in found]
        load = load_of(found, begins, quarters)
    grid = cells(days)[-quarters:]
    limit = float(key.slots * QUARTER_SECONDS)
    peaks = find_peaks(load.seconds, limit, grid, days) if key.slots else []
    return LoadMap(
        days=days,
        grid=grid,
        load=load,
        slots=key.slots,
        schedules=len(demands),
        left_out=key.schedules - len(demands),
        undelayed=sum(share.undelayed for share in found),
        seconds=average,
        is_measured=is_measured,
        by_runs=key.by_runs,
        peaks=described(peaks, found, load),
    )

"""What the load map says of one time: how many runs begin in its quarter of an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schedules.services.insight.load.load_map import LoadMap
from schedules.timing.quarters import QUARTER

# Below this share of what the workers can do, a time is quiet.
QUIET = 0.5


@dataclass(frozen=True, slots=True)
class LoadAt:
    """`runs`: of all schedules in the quarter, this one included if it is saved. `peak_at` is
    the quarter with the most runs. `is_over`: more than the workers can do."""

    runs: int
    is_over: bool
    is_quiet: bool
    peak_runs: int
    peak_at: datetime


def load_at(found: LoadMap, at: datetime) -> LoadAt | None:
    """None for a time that the map does not show."""
    place = (at - found.load.begins) // QUARTER
    runs = found.load.runs
    if not 0 <= place < len(runs):
        return None
    share = found.load.seconds[place] / found.limit if found.limit else None
    peak = max(range(len(runs)), key=runs.__getitem__)
    return LoadAt(
        runs=runs[place],
        is_over=share is not None and share > 1,
        is_quiet=share is not None and share < QUIET,
        peak_runs=runs[peak],
        peak_at=found.begins(peak),
    )

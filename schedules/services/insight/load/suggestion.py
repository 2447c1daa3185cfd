"""What to do about a peak: the moves suggested to a person, with what each changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.models import ScheduledJob
from schedules.services.insight.load.demand import Load, shares
from schedules.services.insight.load.found_peaks import FoundPeak
from schedules.services.insight.load.load_map import LoadMap
from schedules.services.insight.load.spreading import Move, spread
from schedules.timing import Timing, due_at, next_after

_MICROSECOND = timedelta(microseconds=1)
# Not needed, and possibly long.
_LARGE = ("description", "trigger_payload", "arguments", "upserted", "last_error")


@dataclass(frozen=True, slots=True)
class Suggested:
    """A move of a schedule. `at`: when its first run in the peak begins, `then` when it would
    begin after the move."""

    schedule: ScheduledJob
    move: Move
    at: datetime
    then: datetime
    next_then: datetime | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`moves` are for this peak alone; `after` is the load with them. `movable`: how many of
    its schedules the person may change."""

    peak: FoundPeak
    moves: list[Suggested]
    movable: int
    after: Load

    @property
    def staying(self) -> int:
        return self.peak.schedules - len(self.moves)


def suggest(
    found: LoadMap,
    peak: FoundPeak,
    *,
    may_change: Callable[[ScheduledJob], bool],
    now: datetime,
) -> Suggestion:
    """The moves by which the peak fits, of schedules that the person may change."""
    members = ScheduledJob.objects.filter(pk__in=[each.id for each in peak.members])
    rows = members.select_related("owner").defer(*_LARGE)
    changeable = {row.pk: row for row in rows if may_change(row)}
    place = peak.peak.worst
    by_time = [*shares(peak.members, found.load.begins, found.load.quarters)]
    if found.by_runs:
        by_time = [share.averaged(found.seconds) for share in by_time]
    spreading = spread(
        found.load,
        by_time,
        place,
        limit=found.limit,
        movable=changeable,
    )
    moves = [
        _suggested(changeable[move.id], move, found.begins(place), now)
        for move in spreading.moves
    ]
    return Suggestion(peak, moves, len(changeable), spreading.after)


def _suggested(
    schedule: ScheduledJob, move: Move, begins: datetime, now: datetime
) -> Suggested:
    at = next_after(schedule.timing, begins - _MICROSECOND) or begins
    return Suggested(
        schedule,
        move,
        at,
        at + timedelta(minutes=move.minutes),
        next_run(schedule, move.timing, now),
    )


def next_run(schedule: ScheduledJob, timing: Timing, now: datetime) -> datetime | None:
    """When the schedule would run next with another timing, random delay included."""
    tick = next_after(timing, now)
    if tick is None:
        return None
    jitter = schedule.jitter_seconds
    return due_at(timing, tick, seed=schedule.id.hex, jitter_seconds=jitter)

"""The runs to come on one day: by time, or as a number where they are many. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schedules import timing as when
from schedules.services.insight.calendar.entries import Entry, together
from schedules.services.insight.calendar.planned import (
    Planned,
    by_timing,
    entries_at,
    moved_ticks,
)
from schedules.services.insight.local_days import LocalDay
from schedules.timing import Timing

# A schedule that runs more often on a day is listed above the hours.
MOST_LISTED = 8
_MICROSECOND = timedelta(microseconds=1)


@dataclass(slots=True)
class DayPlan:
    """The runs after now: `entries` by time, `frequent` with their numbers; `total` and
    `moved` count those of active schedules."""

    entries: list[Entry] = field(default_factory=list)
    frequent: list[tuple[Planned, int]] = field(default_factory=list)
    total: int = 0
    moved: int = 0


def plan_day(planned: Iterable[Planned], day: LocalDay, now: datetime) -> DayPlan:
    made = DayPlan()
    every = [*planned]
    endless = [each for each in every if each.runs_left is None]
    for (timing, _kind), same in by_timing(endless).items():
        _add(made, timing, same, day, now)
    for each in every:
        if each.runs_left is not None:
            _add(made, each.timing, [each], day, now)
    made.entries = together(made.entries)
    made.frequent.sort(key=lambda pair: (-pair[1], pair[0].name))
    return made


def _add(
    made: DayPlan,
    timing: Timing,
    same: Sequence[Planned],
    day: LocalDay,
    now: datetime,
) -> None:
    begins, last = day.begins - _MICROSECOND, day.ends - _MICROSECOND
    after = max(begins, now)
    passed, coming = when.count(timing, begins, after), when.count(timing, after, last)
    left = same[0].runs_left
    if left is not None:
        coming = min(coming, max(0, left - when.count(timing, now, after)))
    if not coming:
        return
    moved = moved_ticks(timing, day.begins, day.ends)
    if same[0].kind == "active":
        made.total += coming * len(same)
        made.moved += sum(after < at <= last for at in moved) * len(same)
    if passed + coming > MOST_LISTED:
        made.frequent += [(each, coming) for each in same]
        return
    for number, at in enumerate(when.between(timing, after, last, coming), passed + 1):
        made.entries += entries_at(
            at, same, moved.get(at), number=number, of=passed + coming
        )

"""The runs to come of schedules: counted for each hour, and by name where they are rare. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import compress, dropwhile
from operator import not_
from uuid import UUID

from schedules import timing as when
from schedules.services.insight.calendar.entries import (
    TOGETHER,
    Coming,
    Entry,
    together,
)
from schedules.services.insight.load.demand import first_runs
from schedules.services.insight.local_days import LocalDay
from schedules.timing import CronTiming, Timing, zones
from schedules.timing.quarters import QUARTER, per_quarter, quarter_of, rhythm

# A schedule that runs on fewer days a week than this is rare, and named.
RARE_DAYS = 5
# Of one that runs more often a day, a day has one entry.
MOST_A_DAY = 4
WEEK_DAYS = 7
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """A schedule that is not at its end. `runs_left`: None if their number is not limited."""

    id: UUID
    name: str
    timing: Timing
    kind: Coming = "active"
    runs_left: int | None = None


@dataclass(slots=True)
class Plan:
    """The runs to come on each of the `days`. `quarters`: how many in each quarter of an hour
    from the beginning of the first day. `moved`: how many a clock change moves."""

    days: Sequence[LocalDay]
    quarters: list[int]
    entries: list[list[Entry]]
    moved: list[int]
    rare: set[UUID] = field(default_factory=set)

    def of_day(self, number: int) -> list[int]:
        """The quarters of a day."""
        first = (self.days[number].begins - self.days[0].begins) // QUARTER
        last = (self.days[number].ends - self.days[0].begins) // QUARTER
        return self.quarters[first:last]


@dataclass(frozen=True, slots=True)
class _Alike:
    """Schedules with the same number of runs in each quarter, and on each day."""

    members: Sequence[Planned]
    counts: list[int]
    a_day: list[int]

    @property
    def is_rare(self) -> bool:
        """Judged by the days since its first run: it may be new."""
        days = [*dropwhile(not_, self.a_day)]
        on = len(days) - days.count(0)
        return on * WEEK_DAYS < RARE_DAYS * max(WEEK_DAYS, len(days))


def plan(planned: Iterable[Planned], days: Sequence[LocalDay], now: datetime) -> Plan:
    """The runs after `now`. Whether a schedule is rare, all of the `days` decide."""
    begins, bounds = days[0].begins, _bounds(days)
    quarters = bounds[-1][1]
    made = Plan(days, [0] * quarters, [[] for _ in days], [0] * len(days))
    for members in _alike(planned, begins, quarters):
        counts = _left(
            members[0], per_quarter(members[0].timing, begins, quarters), now, begins
        )
        a_day = [sum(counts[first:last]) for first, last in bounds]
        alike = _Alike(members, counts, a_day)
        if alike.is_rare:
            made.rare.update(each.id for each in members)
        _count(made, alike, now)
        _name(made, alike, now)
    made.entries = [together(entries) for entries in made.entries]
    return made


def _alike(
    planned: Iterable[Planned], begins: datetime, quarters: int
) -> list[list[Planned]]:
    alike: defaultdict[Hashable, list[Planned]] = defaultdict(list)
    for each in planned:
        # The last runs of a schedule are its own.
        own = each.id if each.runs_left is not None else None
        alike[rhythm(each.timing, begins, quarters), own].append(each)
    return [*alike.values()]


def _bounds(days: Sequence[LocalDay]) -> list[tuple[int, int]]:
    begins = days[0].begins
    return [
        ((day.begins - begins) // QUARTER, (day.ends - begins) // QUARTER)
        for day in days
    ]


def _left(
    planned: Planned, counts: list[int], now: datetime, begins: datetime
) -> list[int]:
    """Only so many runs from now on as the schedule has left."""
    if planned.runs_left is None:
        return counts
    place = max(0, (quarter_of(now) - begins) // QUARTER)
    return [*counts[:place], *first_runs(counts[place:], planned.runs_left)]


def _count(made: Plan, alike: _Alike, now: datetime) -> None:
    """Count the runs of active schedules after now."""
    active = [each for each in alike.members if each.kind == "active"]
    begins, schedules = made.days[0].begins, len(active)
    place = (quarter_of(now) - begins) // QUARTER
    first = max(0, place + 1)
    for at, number in compress(
        enumerate(alike.counts[first:], first), alike.counts[first:]
    ):
        made.quarters[at] += number * schedules
    if 0 <= place < len(made.quarters) and alike.counts[place]:
        ends = begins + first * QUARTER - _MICROSECOND
        made.quarters[place] += sum(
            when.count(each.timing, now, ends) for each in active
        )


def _name(made: Plan, alike: _Alike, now: datetime) -> None:
    """Add the entries of what is rare, does not run, or is moved."""
    is_rare = alike.is_rare
    coming = [
        (number, day, alike.a_day[number])
        for number, day in enumerate(made.days)
        if day.ends > now and alike.a_day[number]
    ]
    for (timing, kind), same in by_timing(alike.members).items():
        moved = moved_ticks(timing, made.days[0].begins, made.days[-1].ends)
        is_named = is_rare or kind != "active"
        if not moved and not is_named:
            continue
        for number, day, of in coming:
            entries = _entries(timing, same, day, of, moved, now)
            here = [entry for entry in entries if entry.moved_from]
            made.entries[number] += entries if is_named else here
            if kind == "active":
                made.moved[number] += len({entry.at for entry in here}) * len(same)


def by_timing(
    planned: Iterable[Planned],
) -> dict[tuple[Timing, Coming], list[Planned]]:
    found: defaultdict[tuple[Timing, Coming], list[Planned]] = defaultdict(list)
    for each in planned:
        found[each.timing, each.kind].append(each)
    return found


def _entries(
    timing: Timing,
    same: Sequence[Planned],
    day: LocalDay,
    of: int,
    moved: Mapping[datetime, datetime],
    now: datetime,
) -> list[Entry]:
    """The runs of the day after now; of a schedule with many, the first and those moved."""
    before, last = day.begins - _MICROSECOND, day.ends - _MICROSECOND
    if of <= MOST_A_DAY:
        ticks = when.between(timing, before, last, of)
        return [
            entry
            for number, at in enumerate(ticks, 1)
            if at > now
            for entry in entries_at(at, same, moved.get(at), number=number, of=of)
        ]
    after = max(before, now)
    first = when.next_after(timing, after)
    if first is None or first > last:
        return []
    runs = of if after == before else when.count(timing, after, last)
    apart = [at for at in moved if after < at <= last and at != first]
    found = entries_at(first, same, moved.get(first), runs=runs - len(apart))
    for at in apart:
        found += entries_at(at, same, moved[at])
    return found


def entries_at(
    at: datetime,
    same: Sequence[Planned],
    moved_from: datetime | None,
    *,
    number: int = 1,
    of: int = 1,
    runs: int = 1,
) -> list[Entry]:
    """The schedules that run at this time: each by name, or many as one."""
    schedules = len(same) if len(same) >= TOGETHER else 1
    return [
        Entry(
            at,
            each.kind,
            each.id,
            each.name,
            number=number,
            of=of,
            runs=runs * schedules,
            schedules=schedules,
            moved_from=moved_from,
        )
        for each in (same if schedules == 1 else same[:1])
    ]


def moved_ticks(
    timing: Timing, begins: datetime, ends: datetime
) -> dict[datetime, datetime]:
    """The ticks that a clock change moves, and from which reading of the clock."""
    if not isinstance(timing, CronTiming):
        return {}
    found = {}
    for change in zones.offset_changes(
        timing.timezone, begins - _MICROSECOND, ends - _MICROSECOND
    ):
        wall = timing.ticks.skipped_wall(change.at)
        if wall and when.count(timing, change.at - _MICROSECOND, change.at):
            found[change.at] = wall
    return found

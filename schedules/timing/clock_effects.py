"""What the clock changes to come do to a schedule: nothing, or which run they move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from schedules.timing import zones
from schedules.timing.cron import parse
from schedules.timing.days import DayRule
from schedules.timing.kinds import CronTiming, OnceTiming, Timing
from schedules.timing.wall_times import WallTimes

# no_changes: the zone has none. real_time: runs follow elapsed time. untouched: no wall time
# is skipped or repeated. spared: one would be, on other days. skipped: this wall time does not
# exist on a day, and runs at `at` instead. repeated: it comes twice, and runs at `at`.
Kind = Literal["no_changes", "real_time", "untouched", "spared", "skipped", "repeated"]
_AHEAD = timedelta(days=731)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ClockEffect:
    """`wall`: the wall time that is skipped or repeated; `at`: when it runs."""

    kind: Kind
    wall: datetime | None = None
    at: datetime | None = None


def clock_effects(rule: Timing, zone: str, *, now: datetime) -> list[ClockEffect]:
    """For wall times: the next run that each kind of clock change moves within two years, or
    why there is none. Nothing for elapsed time, and for a one-off that no change touches."""
    if isinstance(rule, OnceTiming):
        return _of_once(rule, zone)
    if not isinstance(rule, CronTiming):
        return []
    upto = min(now, zones.LATEST - _AHEAD) + _AHEAD
    changes = [*zones.offset_changes(zone, now, upto)]
    if not changes:
        return [ClockEffect("no_changes")]
    times = parse(rule.expression)
    if times.every_hour:
        return [ClockEffect("real_time")]
    found = {
        effect.kind: effect for effect in reversed([*_moved(times, changes, zone)])
    }
    if found:
        return sorted(found.values(), key=lambda effect: effect.at or now)
    daily = _moved(replace(times, rules=(DayRule(),)), changes, zone)
    spared = next(daily, None)
    if spared:
        return [ClockEffect("spared", spared.wall)]
    return [ClockEffect("untouched")]


def _moved(
    times: WallTimes, changes: list[zones.OffsetChange], zone: str
) -> Iterator[ClockEffect]:
    for change in changes:
        begin, end = sorted((change.old, change.new))
        wall = times.next(begin - _SECOND)
        if wall is None or wall >= end:
            continue
        kind: Kind = "skipped" if change.new > change.old else "repeated"
        yield ClockEffect(kind, wall, zones.instant_of(wall, zone))


def _of_once(rule: OnceTiming, zone: str) -> list[ClockEffect]:
    if zones.is_repeated(zone, rule.run_at):
        wall = zones.wall_time(rule.run_at, zone)
        return [ClockEffect("repeated", wall, rule.run_at)]
    return []

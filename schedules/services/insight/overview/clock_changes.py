"""The clock changes of the coming day, and how many schedules they affect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from schedules import timing
from schedules.models import ScheduleQuerySet, ScheduleType, Status
from schedules.policy.types import MICROSECOND
from schedules.timing import CronTiming, TimingError, zones
from schedules.timing.zones import OffsetChange

AHEAD = timedelta(hours=24)
# More expressions than these are not looked at: the number is then "at least".
MOST_EXPRESSIONS = 2_000


@dataclass(frozen=True, slots=True)
class ClockChange:
    """At `at` the clocks of `zones` are put forward, or back. `schedules` are those on a
    calendar of which a run moves, or would come twice and comes once."""

    at: datetime
    zones: tuple[str, ...]
    schedules: int
    forward: bool
    at_least: bool = False


def clock_changes(schedules: ScheduleQuerySet, *, now: datetime) -> list[ClockChange]:
    """The changes of the next 24 hours in the zones of active schedules, the soonest first;
    two queries, and one if no clock changes."""
    on_calendar = schedules.order_by().filter(
        status=Status.ACTIVE, schedule_type=ScheduleType.CRON
    )
    used = on_calendar.values_list("timezone", flat=True).distinct()
    changes = {
        zone: change
        for zone in set(used) & zones.timezone_names()
        if (change := next(zones.offset_changes(zone, now, now + AHEAD), None))
    }
    if not changes:
        return []
    rows = (
        on_calendar.filter(timezone__in=changes)
        .values_list("timezone", "cron_expression")
        .annotate(schedules=Count("pk"))[: MOST_EXPRESSIONS + 1]
    )
    return affected(changes, list(rows))


def affected(
    changes: dict[str, OffsetChange], expressions: list[tuple[str, str, int]]
) -> list[ClockChange]:
    """The changes, with the number of schedules by zone and expression that each affects."""
    numbers: dict[str, int] = dict.fromkeys(changes, 0)
    for zone, expression, schedules in expressions[:MOST_EXPRESSIONS]:
        if _is_affected(expression, zone, changes[zone]):
            numbers[zone] += schedules
    together: dict[tuple[datetime, bool], list[str]] = defaultdict(list)
    for zone, change in changes.items():
        together[change.at, change.new > change.old].append(zone)
    return [
        ClockChange(
            at,
            tuple(sorted(of_both)),
            sum(numbers[zone] for zone in of_both),
            forward=forward,
            at_least=len(expressions) > MOST_EXPRESSIONS,
        )
        for (at, forward), of_both in sorted(together.items())
    ]


def _is_affected(expression: str, zone: str, change: OffsetChange) -> bool:
    try:
        rule = CronTiming(expression, zone)
    except TimingError:
        return False
    gap = change.new - change.old
    repeated = max(-gap, timedelta())
    tick = timing.next_after(rule, change.at - repeated - MICROSECOND)
    if tick is None or tick > change.at:
        return False
    return timing.occurrence_note(rule, tick) is not None


def soonest_of(changes: Iterable[ClockChange], zone: str) -> ClockChange | None:
    """The change to speak of to someone in `zone`: that of their own clock, else that which
    affects the most schedules."""
    found = list(changes)
    own = [change for change in found if zone in change.zones]
    return max(own or found, key=lambda change: change.schedules, default=None)

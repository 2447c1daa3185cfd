"""Early ticks: ledger rows of ticks that ran before their time, while a clock was ahead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from schedules import timing
from schedules.models import TICK_ORIGINS, ScheduledJob, ScheduledRun
from schedules.policy.types import Rules
from schedules.services.due import DueSchedule

Schedule = ScheduledJob | DueSchedule
# Each early tick, with the epoch to which its row belongs.
EarlyTicks = Mapping[datetime, int]
NONE: EarlyTicks = {}


def early_ticks(schedule: Schedule) -> EarlyTicks:
    """The ticks that the ledger has from the frontier on. No query in the usual case that
    there are none."""
    if not _may_have_any(schedule):
        return NONE
    rows = _rows().filter(
        schedule=schedule.id, scheduled_for__gte=schedule.next_tick_at
    )
    return dict(rows.values_list("scheduled_for", "epoch"))


def early_ticks_of_due(due: Iterable[DueSchedule]) -> dict[UUID, EarlyTicks]:
    """The same for many schedules, by their rows in the database, in one query. Schedules
    without early ticks are absent: use `.get(id, NONE)`."""
    ids = [schedule.id for schedule in due if _may_have_any(schedule)]
    if not ids:
        return {}
    rows = _rows().filter(
        schedule__in=ids, scheduled_for__gte=F("schedule__next_tick_at")
    )
    found: dict[UUID, dict[datetime, int]] = {}
    for schedule_id, tick, epoch in rows.values_list(
        "schedule_id", "scheduled_for", "epoch"
    ):
        found.setdefault(schedule_id, {})[tick] = epoch
    return dict(found)


def _may_have_any(schedule: Schedule) -> bool:
    upto, frontier = schedule.early_upto, schedule.next_tick_at
    return upto is not None and frontier is not None and frontier <= upto


def _rows() -> QuerySet[ScheduledRun]:
    return ScheduledRun.objects.filter(origin__in=TICK_ORIGINS).order_by()


def adopt(
    schedule: Schedule, rules: Rules, early: EarlyTicks, *, before: datetime | None
) -> None:
    """Move the early ticks before `before` (None: all) to the current epoch, if its timing
    has them, since the frontier passes over them. No query if they are in it already."""
    passed = [
        tick
        for tick, epoch in early.items()
        if (before is None or tick < before)
        and epoch != schedule.epoch
        and timing.last_upto(rules.timing, tick) == tick
    ]
    if passed:
        ScheduledRun.objects.filter(
            schedule=schedule.id, origin__in=TICK_ORIGINS, scheduled_for__in=passed
        ).update(epoch=schedule.epoch)

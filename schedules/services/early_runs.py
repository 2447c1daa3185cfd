"""Ledger rows of ticks that ran before their time, while a clock was ahead."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from schedules import timing
from schedules.decisions import Rules
from schedules.models import TICK_ORIGINS, ScheduledJob, ScheduledRun
from schedules.services.due import DueSchedule

Schedule = ScheduledJob | DueSchedule
NONE: frozenset[datetime] = frozenset()


def early_ticks(schedules: Iterable[Schedule]) -> dict[UUID, set[datetime]]:
    """The ticks that the ledger holds from the frontier on: no query if there are none,
    which is as good as always. Schedules without any are absent: use `.get(id, NONE)`."""
    found: dict[UUID, set[datetime]] = {}
    for schedule in schedules:
        upto, frontier = schedule.early_upto, schedule.next_tick_at
        if upto is not None and frontier is not None and frontier <= upto:
            rows = ScheduledRun.objects.filter(
                schedule=schedule.id,
                origin__in=TICK_ORIGINS,
                scheduled_for__gte=frontier,
            ).order_by()
            found[schedule.id] = set(rows.values_list("scheduled_for", flat=True))
    return found


def adopt(
    schedule: Schedule,
    rules: Rules,
    early: Collection[datetime],
    *,
    before: datetime | None,
) -> None:
    """The frontier passes over the early ticks before `before` (None: over all): they
    count in the current epoch from here on, if its timing has them."""
    passed = [
        tick
        for tick in early
        if (before is None or tick < before)
        and timing.last_upto(rules.timing, tick) == tick
    ]
    if passed:
        ScheduledRun.objects.filter(
            schedule=schedule.id, origin__in=TICK_ORIGINS, scheduled_for__in=passed
        ).update(epoch=schedule.epoch)

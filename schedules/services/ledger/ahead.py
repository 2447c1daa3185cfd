"""Whether the ledger is ahead of the clock, which means that it has ticks of the future: the
clock was ahead when they were written. Found by indexes, for ledgers of any size."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from schedules import timing
from schedules.models import (
    NEVER_RAN,
    TICK_ORIGINS,
    UNSTARTED_STATUSES,
    RunStatus,
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
)
from schedules.policy.clocks import TOLERATED_SECONDS
from schedules.timing import TimingError

# A smaller lead has passed before it could be corrected.
SLACK = timedelta(seconds=TOLERATED_SECONDS)
# The present is later than this: an earlier time means that the clock is wrong.
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
# Runs that never started, including those cancelled, or skipped by a pause, before that.
NOT_STARTED = Q(
    started_at=None,
    status__in=(*UNSTARTED_STATUSES, *NEVER_RAN, RunStatus.CANCELLED),
)
# Runs that did start cannot be withdrawn: they count until their schedule is corrected.
_BEFORE_FRONTIER = Q(schedule__next_tick_at=None) | Q(
    schedule__next_tick_at__gt=F("scheduled_for")
)
_NOT_KNOWN = Q(schedule__early_upto=None) | Q(
    schedule__early_upto__lt=F("scheduled_for")
)


def ledger_ahead(now: datetime) -> timedelta | None:
    """How far the ledger is ahead of the clock; None if it is not."""
    rows = _rows(NOT_STARTED | (_BEFORE_FRONTIER & _NOT_KNOWN))
    return _furthest(_beyond(rows, _epochs(), now), now)


def schedules_ahead(now: datetime, *, but: Collection[UUID], limit: int) -> list[UUID]:
    """The ids of at most `limit` schedules whose ledger is ahead of the clock, except `but`."""
    if _is_long_ago(now):
        return []
    rows = _rows(NOT_STARTED | (_BEFORE_FRONTIER & _NOT_KNOWN))
    found = (
        schedule_id
        for beyond, _ in _beyond(rows, _epochs(), now)
        for schedule_id in beyond.exclude(schedule__in=list(but))
        .values_list("schedule_id", flat=True)
        .distinct()[:limit]
    )
    return list(dict.fromkeys(islice(found, limit)))


def schedule_ahead(schedule: ScheduledJob, now: datetime) -> timedelta | None:
    """How far the ledger of one schedule is ahead of the clock; None if it is not."""
    if _is_long_ago(now):
        return None
    ended = schedule.next_tick_at is None
    started = _BEFORE_FRONTIER & _NOT_KNOWN if ended else _BEFORE_FRONTIER
    rows = _rows(NOT_STARTED | started).filter(schedule=schedule.pk)
    epochs = _epochs().filter(schedule=schedule.pk)
    return _furthest(_beyond(rows, epochs, now), now)


def _is_long_ago(now: datetime) -> bool:
    """Whether the clock has lost its time, as on machines that start without a battery.
    Then later ticks in the ledger are history, and not ahead."""
    return now < WRITTEN


def is_in_step(schedule: ScheduledJob, now: datetime) -> bool:
    """Whether the frontier is no later than the first tick after now, as it nearly always
    is. Then the schedule fires in time. No query."""
    frontier = schedule.next_tick_at
    if frontier is None:
        return False
    try:
        return frontier <= now or timing.next_after(schedule.timing, now) == frontier
    except TimingError:
        return True  # firing will pause the schedule, with the reason


def _rows(which: Q) -> QuerySet[ScheduledRun]:
    """Rows of ticks whose schedules exist: the join drops rows of deleted ones."""
    rows = ScheduledRun.objects.filter(which, origin__in=TICK_ORIGINS)
    return rows.filter(schedule__epoch__gte=1).order_by()


def _epochs() -> QuerySet[ScheduleEpoch]:
    return ScheduleEpoch.objects.filter(to_at=None, schedule__epoch__gte=1).order_by()


def _beyond(
    rows: QuerySet[ScheduledRun], epochs: QuerySet[ScheduleEpoch], now: datetime
) -> Iterator[tuple[QuerySet[Any], str]]:
    """What is later than now, with the field that gives the time; each has an index."""
    for found, field in (
        (rows, "scheduled_for"),
        (rows, "range_end"),
        (epochs, "from_at"),
    ):
        yield found.filter(**{f"{field}__gt": now + SLACK}), field


def _furthest(
    beyond: Iterator[tuple[QuerySet[Any], str]], now: datetime
) -> timedelta | None:
    ends = [
        end
        for found, field in beyond
        for end in found.order_by(f"-{field}").values_list(field, flat=True)[:1]
    ]
    return max(ends) - now if ends else None

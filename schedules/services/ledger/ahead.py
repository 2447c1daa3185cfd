"""Whether the ledger is ahead of the clock: it holds ticks that have not come yet, since the
clock was ahead when they were written. Found by indexes, whatever the ledger's size."""

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

# Less than this is over before anybody has looked.
SLACK = timedelta(seconds=TOLERATED_SECONDS)
# No clock that is right says less: this was written later.
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
# What never began to run: also what was cancelled, or skipped by a pause, before it could.
NOT_STARTED = Q(
    started_at=None,
    status__in=(*UNSTARTED_STATUSES, *NEVER_RAN, RunStatus.CANCELLED),
)
# Of what did start nothing can be withdrawn: it counts until its schedule is put right.
_BEFORE_FRONTIER = Q(schedule__next_tick_at=None) | Q(
    schedule__next_tick_at__gt=F("scheduled_for")
)
_NOT_KNOWN = Q(schedule__early_upto=None) | Q(
    schedule__early_upto__lt=F("scheduled_for")
)


def ledger_ahead(now: datetime) -> timedelta | None:
    """By how much the ledger is ahead of the clock; None if it is not."""
    rows = _rows(NOT_STARTED | (_BEFORE_FRONTIER & _NOT_KNOWN))
    return _furthest(_beyond(rows, _epochs(), now), now)


def schedules_ahead(now: datetime, *, but: Collection[UUID], limit: int) -> list[UUID]:
    """At most `limit` schedules whose ledger is ahead of the clock, leaving out `but`."""
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
    """By how much the ledger of one schedule is ahead; None if it is not."""
    if _is_long_ago(now):
        return None
    ended = schedule.next_tick_at is None
    started = _BEFORE_FRONTIER & _NOT_KNOWN if ended else _BEFORE_FRONTIER
    rows = _rows(NOT_STARTED | started).filter(schedule=schedule.pk)
    epochs = _epochs().filter(schedule=schedule.pk)
    return _furthest(_beyond(rows, epochs, now), now)


def _is_long_ago(now: datetime) -> bool:
    """A clock that has lost its time, as machines without a battery do when they start:
    what the ledger holds after that is history."""
    return now < WRITTEN


def is_in_step(schedule: ScheduledJob, now: datetime) -> bool:
    """Whether the frontier is no later than the first tick after now, as it nearly always
    is: then the schedule fires in time, and whoever asks spends no query."""
    frontier = schedule.next_tick_at
    if frontier is None:
        return False
    try:
        return frontier <= now or timing.next_after(schedule.timing, now) == frontier
    except TimingError:
        return True  # firing it pauses it, with the reason


def _rows(which: Q) -> QuerySet[ScheduledRun]:
    """Rows of ticks, of schedules that are there: an epoch of theirs is never null."""
    rows = ScheduledRun.objects.filter(which, origin__in=TICK_ORIGINS)
    return rows.filter(schedule__epoch__gte=1).order_by()


def _epochs() -> QuerySet[ScheduleEpoch]:
    return ScheduleEpoch.objects.filter(to_at=None, schedule__epoch__gte=1).order_by()


def _beyond(
    rows: QuerySet[ScheduledRun], epochs: QuerySet[ScheduleEpoch], now: datetime
) -> Iterator[tuple[QuerySet[Any], str]]:
    """What lies beyond now, and the field that says how far; each has an index."""
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

"""Closing the current epochs of schedules whose timing changes, in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from schedules.models import (
    EventVerb,
    Reason,
    ScheduledJob,
    ScheduleEpoch,
    ScheduleEvent,
    Status,
)
from schedules.policy.decide import passed_over
from schedules.policy.early import around
from schedules.policy.types import MICROSECOND, LedgerRow, Rules
from schedules.services.epochs.epochs import count_ticks, recorded_counts
from schedules.services.ledger import ledger
from schedules.services.ledger.bulk_sql import update_rows
from schedules.services.ledger.early import adopt, early_ticks


class Closing(NamedTuple):
    """A schedule whose epoch is to be closed. `rules` are the old ones; None if their timing
    is no longer valid: then only the ticks in the ledger count."""

    schedule: ScheduledJob
    rules: Rules | None


def close_all(closings: Sequence[Closing], *, now: datetime) -> list[datetime]:
    """Close the epochs. Returns the times after which the new timings have ticks, in order.

    Unfired ticks of the old timing up to now are recorded as skipped, and it is now from
    which the new one has ticks; if the clock was set back, it is the last tick in the ledger
    or the beginning of the epoch, so that no tick is repeated. A stopped schedule has had no
    ticks since it ended: its epoch is closed at that time.
    """
    schedules = [schedule for schedule, _ in closings]
    running = [each for each in closings if each.schedule.status != Status.STOPPED]
    recorded = ledger.last_recorded_of(schedules, now=now)
    pass_over(running, now=now)
    epochs = _open_epochs(schedules)
    ends = _ends([each for each in schedules if each.status == Status.STOPPED], now)
    closed = [
        _end_of(each, epochs[each.pk], recorded.get(each.pk), ends.get(each.pk))
        if each.status == Status.STOPPED
        else max(now, epochs[each.pk].from_at, recorded.get(each.pk) or now)
        for each in schedules
    ]
    _save(closings, epochs, closed)
    return [max(now, at) for at in closed]


def pass_over(closings: Iterable[Closing], *, now: datetime) -> None:
    """Record the past ticks that have not fired, since the next timing will not fire them."""
    rows = [
        (schedule, row)
        for schedule, rules in closings
        if rules is not None
        for row in _passed_over(schedule, rules, now=now)
    ]
    if rows:
        ledger.write_rows(rows, now=now)


def _passed_over(
    schedule: ScheduledJob, rules: Rules, *, now: datetime
) -> list[LedgerRow]:
    reason = Reason.PAUSED if schedule.status == Status.PAUSED else Reason.EDITED
    row = passed_over(rules, schedule.next_tick_at, now=now, reason=reason)
    if row is None:
        return []
    early = early_ticks(schedule)
    rows = list(around(rules, [row], early))
    adopt(schedule, rules, early, before=now + MICROSECOND)
    return rows


def _open_epochs(schedules: Sequence[ScheduledJob]) -> dict[UUID, ScheduleEpoch]:
    numbers = {each.pk: each.epoch for each in schedules}
    rows = ScheduleEpoch.objects.filter(schedule__in=numbers, to_at=None).order_by()
    return {
        each.schedule_id: each
        for each in rows
        if each.number == numbers[each.schedule_id]
    }


def _ends(schedules: Sequence[ScheduledJob], now: datetime) -> dict[UUID, datetime]:
    """When the stopped ones of them ended."""
    if not schedules:
        return {}
    events = ScheduleEvent.objects.filter(
        schedule__in=schedules, verb=EventVerb.COMPLETE, created_at__lte=now
    )
    oldest_first = events.order_by("created_at", "pk")
    return dict(oldest_first.values_list("schedule_id", "created_at"))


def _end_of(
    schedule: ScheduledJob,
    epoch: ScheduleEpoch,
    recorded: datetime | None,
    ended: datetime | None,
) -> datetime:
    """When the ticks of a stopped schedule ended."""
    known = [epoch.from_at, epoch.pruned_upto, recorded]
    frontier = schedule.next_tick_at
    # A tick that jitter still delayed at the end is not in the ledger.
    if ended and (frontier is None or ended < frontier):
        known.append(ended)
    return max(at for at in known if at)


def _save(
    closings: Sequence[Closing],
    epochs: Mapping[UUID, ScheduleEpoch],
    closed: Sequence[datetime],
) -> None:
    """Save the ends, with the number of ticks up to them."""
    counts = recorded_counts([schedule for schedule, _ in closings], closed)
    rows = []
    for (schedule, rules), at in zip(closings, closed, strict=True):
        epoch, found = epochs[schedule.pk], counts.get(schedule.pk, {})
        ticks = count_ticks(epoch, rules.timing if rules else None, found, upto=at)
        rows.append((epoch.pk, ticks, found, at))
    change = ["tick_count", "counts", "to_at"]
    update_rows(ScheduleEpoch, match=["id"], change=change, rows=rows)

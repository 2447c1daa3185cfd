"""Epochs: close one and open the next when a schedule's timing changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet, Sum

from schedules import timing
from schedules.models import (
    TICK_ORIGINS,
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
)
from schedules.services.drafts.fields import FIELDS, TIMING_FIELDS, Kind
from schedules.services.drafts.snapshot import snapshot
from schedules.services.ledger.bulk_sql import insert_rows
from schedules.timing import Timing, TimingError

Counts = dict[str, int]


class Opened(NamedTuple):
    """An epoch as it is inserted. Its fields are those of `ScheduleEpoch`."""

    schedule: UUID
    number: int
    timing: dict[str, Any]
    tzdata_version: str
    from_at: datetime
    counts: dict[str, int] = {}
    pruned_counts: dict[str, int] = {}


def open_first(schedule: ScheduledJob, *, now: datetime) -> None:
    """Open the first epoch: its ticks are after `now`, the creation."""
    _open(schedule, from_at=now)


def open_next(schedule: ScheduledJob, *, from_at: datetime) -> None:
    """Open the next epoch: its ticks are those of the new timing after `from_at`."""
    schedule.epoch += 1
    _open(schedule, from_at=from_at)


def _open(schedule: ScheduledJob, *, from_at: datetime) -> None:
    save_opened([opened(schedule, snapshot(schedule), from_at=from_at)])


def opened(
    schedule: ScheduledJob, fields: Mapping[str, Any], *, from_at: datetime
) -> Opened:
    """The current epoch of a schedule with these `fields`, not yet saved."""
    return Opened(
        schedule=schedule.pk,
        number=schedule.epoch,
        timing={name: fields[name] for name in TIMING_FIELDS},
        tzdata_version=timing.tzdata_version(),
        from_at=from_at,
    )


def save_opened(rows: Iterable[Opened]) -> None:
    insert_rows(ScheduleEpoch, fields=Opened._fields, rows=[*rows])


def close_as_recorded(
    schedule: ScheduledJob, epoch: ScheduleEpoch, *, at: datetime
) -> None:
    """Close an epoch whose timing new tzdata has changed: only recorded ticks count."""
    _count(schedule, epoch, None, upto=at)
    epoch.to_at = at
    epoch.save(update_fields=["tick_count", "counts", "to_at"])


def recount(schedule: ScheduledJob, epoch: ScheduleEpoch, *, upto: datetime) -> None:
    """Count the ticks of a closed epoch anew, up to its new end `upto`."""
    _count(schedule, epoch, _known_timing(epoch), upto=upto)


def pull_pruned(epoch: ScheduleEpoch, *, upto: datetime) -> None:
    """Uncount pruned ticks after `upto`: a clock was ahead when they were pruned. As their
    statuses are not known any more, the most frequent status is reduced first."""
    epoch.pruned_upto = upto
    rule = _known_timing(epoch)
    if rule is None:
        return
    counts = epoch.pruned_counts
    excess = sum(counts.values()) - timing.count(rule, epoch.from_at, upto)
    for status in sorted(counts, key=counts.__getitem__, reverse=True):
        taken = max(0, min(excess, counts[status]))
        counts[status] -= taken
        excess -= taken


def _known_timing(epoch: ScheduleEpoch) -> Timing | None:
    """The timing of the epoch; None if its ticks can no longer be calculated as before."""
    if epoch.tzdata_version != timing.tzdata_version():
        return None
    try:
        return timing_of(epoch)
    except TimingError:
        return None


def _count(
    schedule: ScheduledJob,
    epoch: ScheduleEpoch,
    rule: Timing | None,
    *,
    upto: datetime,
) -> None:
    """Set the number of ticks of the epoch up to `upto`, in all and by status."""
    epoch.counts = _counts(schedule.pk, epoch.number, upto)
    epoch.tick_count = count_ticks(epoch, rule, epoch.counts, upto=upto)


def count_ticks(
    epoch: ScheduleEpoch, rule: Timing | None, counts: Counts, *, upto: datetime
) -> int:
    """The number of ticks of the epoch up to `upto`. Without a timing, only recorded ticks
    count, pruned ones included."""
    if rule is None:
        return sum([*counts.values(), *epoch.pruned_counts.values()])
    return timing.count(rule, epoch.from_at, upto)


def timing_of(epoch: ScheduleEpoch) -> Timing:
    """The timing of the epoch. Raises `TimingError` if it is no longer valid."""
    fields = {
        name: datetime.fromisoformat(value)
        if FIELDS[name].kind is Kind.TIME and value is not None
        else value
        for name, value in epoch.timing.items()
    }
    return ScheduledJob(**fields).timing


def recorded_counts(
    schedules: Sequence[ScheduledJob], upto: Sequence[datetime]
) -> dict[UUID, Counts]:
    """The number of recorded ticks of each schedule's current epoch up to its time in `upto`,
    by status. One query for all that never had early ticks: none of theirs are later."""
    found: dict[UUID, Counts] = {}
    numbers = {each.pk: each.epoch for each in schedules if each.early_upto is None}
    rows = _ticks().filter(schedule__in=numbers)
    grouped = rows.values_list("schedule_id", "epoch", "status")
    for pk, number, status, ticks in grouped.annotate(ticks=Sum("tick_count")):
        if number == numbers[pk]:
            found.setdefault(pk, {})[status] = int(ticks)
    for each, at in zip(schedules, upto, strict=True):
        if each.early_upto is not None:
            found[each.pk] = _counts(each.pk, each.epoch, at)
    return found


def _counts(schedule: UUID, number: int, upto: datetime) -> Counts:
    """The same for one epoch. Early ticks are later and do not count."""
    rows = _ticks().filter(schedule=schedule, epoch=number, scheduled_for__lte=upto)
    by_status = rows.values_list("status").annotate(ticks=Sum("tick_count"))
    return {status: int(ticks) for status, ticks in by_status}


def _ticks() -> QuerySet[ScheduledRun]:
    return ScheduledRun.objects.filter(origin__in=TICK_ORIGINS).order_by()

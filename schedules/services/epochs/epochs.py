"""Epochs: close one and open the next when a schedule's timing changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Sum

from schedules import timing
from schedules.models import (
    TICK_ORIGINS,
    EventVerb,
    Reason,
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
    Status,
)
from schedules.policy.decide import passed_over
from schedules.policy.early import around
from schedules.policy.types import MICROSECOND, Rules
from schedules.services.drafts.fields import FIELDS, TIMING_FIELDS, Kind
from schedules.services.drafts.snapshot import snapshot
from schedules.services.ledger import ledger
from schedules.services.ledger.bulk_sql import insert_rows
from schedules.services.ledger.early import adopt, early_ticks
from schedules.timing import Timing, TimingError


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


def close(schedule: ScheduledJob, rules: Rules | None, *, now: datetime) -> datetime:
    """Record the unfired ticks of the old timing up to now as skipped, and close its epoch.

    `rules` are the old ones; None if their timing is no longer valid: then only the ticks in
    the ledger count. Returns the time after which the new timing has ticks: now, or, if the
    clock was set back, the last tick in the ledger or the beginning of the epoch, so that no
    tick is repeated.
    """
    if rules is not None:
        pass_over(schedule, rules, now=now)
    epoch = ScheduleEpoch.objects.get(schedule=schedule.id, number=schedule.epoch)
    closed = max(now, epoch.from_at, ledger.last_recorded(schedule, now=now) or now)
    _close(schedule, epoch, rules, at=closed)
    return closed


def close_ended(
    schedule: ScheduledJob, rules: Rules | None, *, now: datetime
) -> datetime:
    """Close the epoch of a stopped schedule at the time at which it ended: since then it has
    had no ticks. Returns the time after which it may have ticks again: now, or the end of
    the ledger if that is later.
    """
    epoch = ScheduleEpoch.objects.get(schedule=schedule.id, number=schedule.epoch)
    recorded = ledger.last_recorded(schedule, now=now)
    known = [epoch.from_at, epoch.pruned_upto, recorded]
    ends = schedule.events.filter(verb=EventVerb.COMPLETE, created_at__lte=now)
    ended, frontier = ends.first(), schedule.next_tick_at
    # A tick that jitter still delayed at the end is not in the ledger.
    if ended and (frontier is None or ended.created_at < frontier):
        known.append(ended.created_at)
    closed = max(at for at in known if at)
    _close(schedule, epoch, rules, at=closed)
    return max(now, closed)


def _close(
    schedule: ScheduledJob, epoch: ScheduleEpoch, rules: Rules | None, *, at: datetime
) -> None:
    """Close the epoch at `at`, with its number of ticks."""
    _count(schedule, epoch, rules.timing if rules else None, upto=at)
    epoch.to_at = at
    epoch.save(update_fields=["tick_count", "counts", "to_at"])


def pass_over(schedule: ScheduledJob, rules: Rules, *, now: datetime) -> None:
    """Record the past ticks that have not fired, since the next timing will not fire them."""
    reason = Reason.PAUSED if schedule.status == Status.PAUSED else Reason.EDITED
    row = passed_over(rules, schedule.next_tick_at, now=now, reason=reason)
    if row is not None:
        early = early_ticks(schedule)
        rows = around(rules, [row], early)
        ledger.write_rows(((schedule, piece) for piece in rows), now=now)
        adopt(schedule, rules, early, before=now + MICROSECOND)


def close_as_recorded(
    schedule: ScheduledJob, epoch: ScheduleEpoch, *, at: datetime
) -> None:
    """Close an epoch whose timing new tzdata has changed: only recorded ticks count."""
    _close(schedule, epoch, None, at=at)


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
    """Set the number of ticks of the epoch up to `upto`, in all and by status. Without a
    timing, only recorded ticks count, pruned ones included."""
    epoch.counts = _counts(schedule, epoch, upto)
    if rule is None:
        recorded = [*epoch.counts.values(), *epoch.pruned_counts.values()]
        epoch.tick_count = sum(recorded)
    else:
        epoch.tick_count = timing.count(rule, epoch.from_at, upto)


def timing_of(epoch: ScheduleEpoch) -> Timing:
    """The timing of the epoch. Raises `TimingError` if it is no longer valid."""
    fields = {
        name: datetime.fromisoformat(value)
        if FIELDS[name].kind is Kind.TIME and value is not None
        else value
        for name, value in epoch.timing.items()
    }
    return ScheduledJob(**fields).timing


def _counts(
    schedule: ScheduledJob, epoch: ScheduleEpoch, upto: datetime
) -> dict[str, int]:
    """The number of recorded ticks of the epoch up to `upto`, by status. Early ticks are
    later and do not count."""
    rows = (
        ScheduledRun.objects.filter(
            schedule=schedule.id,
            epoch=epoch.number,
            origin__in=TICK_ORIGINS,
            scheduled_for__lte=upto,
        )
        .order_by()
        .values_list("status")
        .annotate(ticks=Sum("tick_count"))
    )
    return {status: int(ticks) for status, ticks in rows}

"""The audit: checks that the ledger holds every tick of a schedule exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Sum

from schedules.models import (
    TICK_ORIGINS,
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
)
from schedules.policy.conservation import Account, TickRange, account
from schedules.services.ledger.ledger import open_rows
from schedules.timing import TimingError
from schedules.timing.english import counted

BATCH = 200


def audit(schedule_ids: Iterable[UUID] | None = None) -> Iterator[Account]:
    """Account for the ticks of `schedule_ids`, or of all schedules, in order of their ids.

    Closed epochs are checked by their counts, the open one tick by tick. It may run while
    schedules fire.
    """
    schedules = ScheduledJob.objects.order_by("pk")
    if schedule_ids is not None:
        schedules = schedules.filter(pk__in=list(schedule_ids))
    ids = list(schedules.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        for found in _audit_batch(ids[start : start + BATCH]):
            assert found.schedule_id is not None
            yield found if found.is_balanced else _check_again(found.schedule_id)


def _check_again(schedule_id: UUID) -> Account:
    """Audit one schedule alone: a tick may have fired between two reads of the batch.

    If problems remain, they are confirmed with the row locked, so that its ledger does not
    grow meanwhile. The lock comes last because a long ledger would block the writers.
    """
    found = _audit_one(schedule_id)
    if found.is_balanced:
        return found
    with transaction.atomic():
        ScheduledJob.objects.locked_or_none(schedule_id)
        return _audit_one(schedule_id)


def _audit_one(schedule_id: UUID) -> Account:
    """An empty account if the schedule has been deleted meanwhile."""
    return next(_audit_batch([schedule_id]), Account(schedule_id))


def _audit_batch(ids: list[UUID]) -> Iterator[Account]:
    epochs: dict[UUID, list[ScheduleEpoch]] = {}
    for epoch in ScheduleEpoch.objects.filter(schedule__in=ids).order_by("number"):
        epochs.setdefault(epoch.schedule_id, []).append(epoch)
    counts = _counts(ids)
    rows = dict(open_rows(ids))
    early = _early_rows(ids)
    for schedule in ScheduledJob.objects.filter(pk__in=ids).order_by("pk"):
        yield _account_for(
            schedule,
            epochs.get(schedule.pk, []),
            counts.get(schedule.pk, {}),
            rows.get(schedule.pk, []),
            early.get(schedule.pk, []),
        )


def _early_rows(ids: list[UUID]) -> dict[UUID, list[tuple[datetime, int, str]]]:
    """Tick, epoch and status of the runs that ran before their time and do not count yet:
    they lie after the frontier, or after the end of their epoch."""
    # Few ever had any, and only the rows of these are read.
    with_early = ScheduledJob.objects.filter(pk__in=ids, early_upto__isnull=False)
    if not (some := list(with_early.values_list("pk", flat=True))):
        return {}
    epoch = ScheduleEpoch.objects.filter(
        schedule=OuterRef("schedule"), number=OuterRef("epoch")
    )
    rows = (
        ScheduledRun.objects.filter(
            schedule__in=some,
            origin__in=TICK_ORIGINS,
            schedule__early_upto__gte=F("scheduled_for"),
        )
        .filter(
            Q(
                epoch=F("schedule__epoch"),
                scheduled_for__gte=F("schedule__next_tick_at"),
            )
            | Exists(epoch.filter(to_at__lt=OuterRef("scheduled_for")))
        )
        .order_by("schedule_id", "scheduled_for")
        .values_list("schedule_id", "scheduled_for", "epoch", "status")
    )
    found: dict[UUID, list[tuple[datetime, int, str]]] = {}
    for schedule_id, tick, number, status in rows:
        found.setdefault(schedule_id, []).append((tick, number, status))
    return found


def _counts(ids: list[UUID]) -> dict[UUID, dict[int, dict[str, int]]]:
    """The number of ticks in the ledger by schedule, epoch and status."""
    found: dict[UUID, dict[int, dict[str, int]]] = {}
    rows = (
        ScheduledRun.objects.filter(schedule__in=ids, origin__in=TICK_ORIGINS)
        .order_by()
        .values_list("schedule_id", "epoch", "status")
        .annotate(ticks=Sum("tick_count"))
    )
    for schedule_id, epoch, status, ticks in rows:
        found.setdefault(schedule_id, {}).setdefault(epoch, {})[status] = int(ticks)
    return found


def _account_for(
    schedule: ScheduledJob,
    epochs: list[ScheduleEpoch],
    counts: Mapping[int, Mapping[str, int]],
    rows: list[TickRange],
    early: list[tuple[datetime, int, str]],
) -> Account:
    result = Account(schedule.pk, schedule.name, epochs=len(epochs))
    result.ran_early = [tick for tick, _, _ in early]
    for epoch in epochs:
        found = dict(counts.get(epoch.number, {}))
        for _, number, status in early:
            if number == epoch.number:
                found[status] -= 1
        for status, ticks in [*found.items(), *epoch.pruned_counts.items()]:
            if ticks:
                result.counts[status] = result.counts.get(status, 0) + ticks
        if epoch.to_at is not None:
            result.add(_closed_epoch(epoch, found))
    result.add(_open_epoch(schedule, epochs, rows))
    return result


def _closed_epoch(epoch: ScheduleEpoch, found: Mapping[str, int]) -> Account:
    expected = epoch.tick_count or 0
    recorded = sum(found.values()) + sum(epoch.pruned_counts.values())
    result = Account(
        expected=expected,
        recorded=recorded,
        missing=max(0, expected - recorded),
        double=max(0, recorded - expected),
    )
    if expected != recorded:
        result.report(
            f"epoch {epoch.number}: {counted(recorded, 'tick')} recorded, {expected} expected"
        )
    return result


def _open_epoch(
    schedule: ScheduledJob, epochs: list[ScheduleEpoch], rows: list[TickRange]
) -> Account:
    if not epochs or epochs[-1].to_at is not None:
        return Account(problems=["the schedule has no open epoch"])
    epoch = epochs[-1]
    try:
        result = account(
            schedule.timing,
            after=epoch.pruned_upto or epoch.from_at,
            frontier=schedule.next_tick_at,
            rows=rows,
        )
    except TimingError as error:
        return Account(problems=[f"the timing is no longer valid: {error}"])
    pruned = sum(epoch.pruned_counts.values())
    result.expected += pruned
    result.recorded += pruned
    return result


def as_json(found: Account) -> dict[str, Any]:
    """The account as plain JSON."""
    return {
        "schedule": str(found.schedule_id),
        "name": found.name,
        "holds": found.is_balanced,
        "epochs": found.epochs,
        "expected": found.expected,
        "recorded": found.recorded,
        "missing": found.missing,
        "double": found.double,
        "counts": found.counts,
        "ran_early": [tick.isoformat() for tick in found.ran_early],
        "problems": found.problems,
    }

"""The audit: proves of each schedule that every tick it ever had is in the ledger once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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

BATCH = 200


@dataclass(slots=True)
class Proof:
    """What the audit found of one schedule. `faults` is empty if the law holds.

    `ran_early`: ticks that ran while a clock was ahead of their time. They count once the
    frontier has passed over them.
    """

    schedule_id: UUID
    name: str
    epochs: int = 0
    expected: int = 0
    recorded: int = 0
    missing: int = 0
    double: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    ran_early: list[datetime] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.problems


def audit(schedule_ids: Iterable[UUID] | None = None) -> Iterator[Proof]:
    """The proof of each schedule (of `schedule_ids`, or of all), in order of their ids.

    Closed epochs are proved from their counts, the open one by walking its timing beside
    the ledger. It may run while schedules fire.
    """
    schedules = ScheduledJob.objects.order_by("pk")
    if schedule_ids is not None:
        schedules = schedules.filter(pk__in=list(schedule_ids))
    ids = list(schedules.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        for proof in _audit_batch(ids[start : start + BATCH]):
            yield proof if proof.holds else _look_again(proof.schedule_id)


def _look_again(schedule_id: UUID) -> Proof:
    """A tick may have fired between two reads of the batch: only what stays is a fault.

    What stays is looked at once more with the row held, so that nobody adds to its ledger
    meanwhile; rarely, since a long ledger holds up the writers then.
    """
    proof = _audit_one(schedule_id)
    if proof.holds:
        return proof
    with transaction.atomic():
        ScheduledJob.objects.locked_or_none(schedule_id)
        return _audit_one(schedule_id)


def _audit_one(schedule_id: UUID) -> Proof:
    """Of one that was stopped meanwhile nothing is left to prove."""
    return next(_audit_batch([schedule_id]), Proof(schedule_id, ""))


def _audit_batch(ids: list[UUID]) -> Iterator[Proof]:
    epochs: dict[UUID, list[ScheduleEpoch]] = {}
    for epoch in ScheduleEpoch.objects.filter(schedule__in=ids).order_by("number"):
        epochs.setdefault(epoch.schedule_id, []).append(epoch)
    counts = _counts(ids)
    rows = dict(open_rows(ids))
    early = _early_rows(ids)
    for schedule in ScheduledJob.objects.filter(pk__in=ids).order_by("pk"):
        yield _prove(
            schedule,
            epochs.get(schedule.pk, []),
            counts.get(schedule.pk, {}),
            rows.get(schedule.pk, []),
            early.get(schedule.pk, []),
        )


def _early_rows(ids: list[UUID]) -> dict[UUID, list[tuple[datetime, int, str]]]:
    """Tick, epoch and status of what ran before its time and does not count yet: it lies
    after the frontier, or after the end of its epoch."""
    epoch = ScheduleEpoch.objects.filter(
        schedule=OuterRef("schedule"), number=OuterRef("epoch")
    )
    rows = (
        ScheduledRun.objects.filter(
            schedule__in=ids,
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
    """Ticks in the ledger: by schedule, epoch and status."""
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


def _prove(
    schedule: ScheduledJob,
    epochs: list[ScheduleEpoch],
    counts: Mapping[int, Mapping[str, int]],
    rows: list[TickRange],
    early: list[tuple[datetime, int, str]],
) -> Proof:
    proof = Proof(schedule.pk, schedule.name, epochs=len(epochs))
    proof.ran_early = [tick for tick, _, _ in early]
    for epoch in epochs:
        found = dict(counts.get(epoch.number, {}))
        for _, number, status in early:
            if number == epoch.number:
                found[status] -= 1
        for status, ticks in [*found.items(), *epoch.pruned_counts.items()]:
            if ticks:
                proof.counts[status] = proof.counts.get(status, 0) + ticks
        if epoch.to_at is not None:
            _prove_closed(proof, epoch, found)
    _prove_open(proof, schedule, epochs, rows)
    return proof


def _prove_closed(proof: Proof, epoch: ScheduleEpoch, found: Mapping[str, int]) -> None:
    expected = epoch.tick_count or 0
    recorded = sum(found.values()) + sum(epoch.pruned_counts.values())
    proof.expected += expected
    proof.recorded += recorded
    proof.missing += max(0, expected - recorded)
    proof.double += max(0, recorded - expected)
    if expected != recorded:
        proof.problems.append(
            f"epoch {epoch.number}: {recorded} ticks in the ledger, not {expected}"
        )


def _prove_open(
    proof: Proof,
    schedule: ScheduledJob,
    epochs: list[ScheduleEpoch],
    rows: list[TickRange],
) -> None:
    if not epochs or epochs[-1].to_at is not None:
        proof.problems.append("it has no open epoch")
        return
    epoch = epochs[-1]
    pruned = sum(epoch.pruned_counts.values())
    try:
        found = account(
            schedule.timing,
            after=epoch.pruned_upto or epoch.from_at,
            frontier=schedule.next_tick_at,
            rows=rows,
        )
    except TimingError as error:
        proof.problems.append(f"its timing cannot be read: {error}")
        return
    _add(proof, found, pruned)


def _add(proof: Proof, found: Account, pruned: int) -> None:
    proof.expected += found.expected + pruned
    proof.recorded += found.recorded + pruned
    proof.missing += found.missing
    proof.double += found.double
    proof.problems += found.problems


def as_json(proof: Proof) -> dict[str, Any]:
    """The proof as plain JSON."""
    return {
        "schedule": str(proof.schedule_id),
        "name": proof.name,
        "holds": proof.holds,
        "epochs": proof.epochs,
        "expected": proof.expected,
        "recorded": proof.recorded,
        "missing": proof.missing,
        "double": proof.double,
        "counts": proof.counts,
        "ran_early": [tick.isoformat() for tick in proof.ran_early],
        "faults": proof.problems,
    }

"""Writing and withdrawing ledger rows. The caller's transaction has locked the schedule's
row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from schedules.models import (
    NEVER_RAN,
    OPEN_STATUSES,
    TICK_ORIGINS,
    UNSTARTED_STATUSES,
    Origin,
    Reason,
    RunStatus,
    ScheduledJob,
    ScheduledRun,
)
from schedules.policy import overlap
from schedules.policy.conservation import TickRange
from schedules.policy.types import LedgerRow, OpenRuns
from schedules.services.due import DueSchedule
from schedules.services.ledger.bulk_sql import insert_rows
from schedules.services.ledger.new_ids import new_id
from workflows.kit.prepared import IsAnyOf, Param, Select, literal

NOTHING_OPEN = OpenRuns()


class NewRun(NamedTuple):
    """A ledger row as it is inserted. Its fields are those of `ScheduledRun`."""

    id: UUID
    schedule_id: UUID
    owner_id: Any
    schedule_name: str
    epoch: int
    origin: str
    scheduled_for: datetime
    range_end: datetime | None
    tick_count: int
    due_at: datetime
    status: str
    reason: str
    finished_at: datetime | None
    created_at: datetime
    enqueued_at: datetime | None = None
    attempt: int = 1
    send_count: int = 0
    error: str = ""
    overlap: dict[str, Any] | None = None


_COLUMNS = [name.removesuffix("_id") for name in NewRun._fields]
_OF_SCHEDULE = NewRun._fields.index("origin")


def write_rows(
    rows: Iterable[tuple[ScheduledJob | DueSchedule, LedgerRow]],
    *,
    now: datetime,
    sent_at: datetime | None = None,
) -> list[NewRun]:
    """Insert the decided rows in one statement. Returns the runs.

    `sent_at` is when those that may start are in the queue, if the caller puts them there as
    soon as it has committed.

    Raises `IntegrityError` if one of the ticks is already in the ledger; then nothing has
    been written.
    """
    # Most rows of a batch are the same but for their schedules.
    rest: dict[LedgerRow, tuple[Any, ...]] = {}
    runs: list[NewRun] = []
    for schedule, row in rows:
        if row in rest:
            own = (schedule.id, schedule.owner_id, schedule.name, schedule.epoch)
            run = NewRun._make((new_id(), *own, *rest[row]))
        else:
            run = _run(schedule, row, now, sent_at)
            rest[row] = run[_OF_SCHEDULE:]
        runs.append(run)
    insert_rows(ScheduledRun, fields=_COLUMNS, rows=runs)
    return runs


def _run(
    schedule: ScheduledJob | DueSchedule,
    row: LedgerRow,
    now: datetime,
    sent_at: datetime | None,
) -> NewRun:
    ended = row.status in NEVER_RAN
    return NewRun(
        id=new_id(),
        schedule_id=schedule.id,
        owner_id=schedule.owner_id,
        schedule_name=schedule.name,
        epoch=schedule.epoch,
        origin=row.origin,
        scheduled_for=row.scheduled_for,
        range_end=row.range_end,
        tick_count=row.tick_count,
        due_at=row.due_at,
        status=row.status,
        reason=row.reason,
        finished_at=now if ended else None,
        created_at=now,
        enqueued_at=sent_at if row.status == RunStatus.PENDING else None,
        overlap=row.overlapped._asdict() if row.overlapped else None,
    )


def open_runs(schedules: Sequence[UUID]) -> dict[UUID, OpenRuns]:
    """The number of open runs of each schedule, in one query.

    Schedules without any are absent: use `.get(id, NOTHING_OPEN)`.
    """
    return _by_schedule(_of_schedules(schedule=schedules)) if schedules else {}


def open_runs_among(
    schedules: QuerySet[ScheduledRun, UUID], origins: Collection[Origin]
) -> dict[UUID, OpenRuns]:
    """The same for those that a query finds, of these origins."""
    of_them = ScheduledRun.objects.filter(schedule__in=schedules)
    return _by_schedule(_counted(of_them, origins))


def _by_schedule(rows: Iterable[Any]) -> dict[UUID, OpenRuns]:
    return {schedule_id: OpenRuns(*counts) for schedule_id, *counts in rows}


def open_runs_of(schedule_id: UUID) -> OpenRuns | None:
    """The number of open runs and backfills of a schedule; None if it has none."""
    rows = _of_schedule(schedule=schedule_id)
    return OpenRuns(*rows[0][1:]) if rows else None


def _counted(
    runs: QuerySet[ScheduledRun], origins: Collection[Origin]
) -> QuerySet[ScheduledRun, Any]:
    # Open by the text of the statement, so that a prepared one uses the index of open runs.
    are_open = [literal(status) for status in OPEN_STATUSES]
    counted = runs.filter(status__in=are_open, origin__in=origins).order_by()
    return counted.values_list("schedule_id").annotate(**_COUNTS)


_of_schedules = Select(
    lambda: _counted(
        ScheduledRun.objects.filter(IsAnyOf(ScheduledRun, "schedule")), TICK_ORIGINS
    )
)
_of_schedule = Select(
    lambda: _counted(
        ScheduledRun.objects.filter(schedule=Param(ScheduledRun, "schedule")),
        (*TICK_ORIGINS, Origin.BACKFILL),
    )
)


# Runs that wait for an open run to end, not for the time of a retry.
WAITING_IN_TURN = Q(status=RunStatus.WAITING, not_before=None)
_STATES: dict[overlap.State, Q] = {
    "pending": Q(status=RunStatus.PENDING),
    "running": Q(status=RunStatus.RUNNING),
    "retrying": Q(status=RunStatus.WAITING, not_before__isnull=False),
    "waiting": WAITING_IN_TURN,
}


def _rows(*which: overlap.RunSelector) -> Q:
    """The SQL condition for what `overlap` selects."""
    return reduce(
        or_,
        (
            Q(origin__in=origins) & reduce(or_, map(_STATES.__getitem__, states))
            for origins, states in which
        ),
    )


# In the order of the fields of `OpenRuns`. The names must differ from the columns'.
_COUNTS = {
    f"count_{field.name}": Count("pk", filter=_rows(overlap.COUNTED[field.name]))
    for field in fields(OpenRuns)
}


def last_recorded(schedule: ScheduledJob, *, now: datetime) -> datetime | None:
    """The nominal time of the newest tick in the ledger before the frontier, or, without a
    frontier, up to now: later ones ran early. None if there is none."""
    rows = ScheduledRun.objects.filter(schedule=schedule.pk, origin__in=TICK_ORIGINS)
    if schedule.next_tick_at is not None:
        rows = rows.filter(scheduled_for__lt=schedule.next_tick_at)
    elif schedule.early_upto is not None:
        rows = rows.filter(scheduled_for__lte=now)
    newest = (
        rows.order_by("-scheduled_for")
        .values_list("range_end", "scheduled_for")
        .first()
    )
    return (newest[0] or newest[1]) if newest else None


def last_recorded_of(
    schedules: Sequence[ScheduledJob], *, now: datetime
) -> dict[UUID, datetime]:
    """The same for many schedules, which are absent if there is none. One query for all that
    never had early ticks: none of theirs are at the frontier or after it."""
    newest = ScheduledRun.objects.filter(
        schedule=OuterRef("pk"), origin__in=TICK_ORIGINS
    ).order_by("-scheduled_for")
    plain = [each.pk for each in schedules if each.early_upto is None]
    rows = ScheduledJob.objects.filter(pk__in=plain).order_by()
    pairs = rows.values_list(
        "pk",
        Coalesce(
            Subquery(newest.values("range_end")[:1]),
            Subquery(newest.values("scheduled_for")[:1]),
        ),
    )
    found = dict(pairs) if plain else {}
    for each in schedules:
        if each.early_upto is not None:
            found[each.pk] = last_recorded(each, now=now)
    return {pk: at for pk, at in found.items() if at}


def has_unstarted(schedule_id: UUID) -> bool:
    """Whether a run of any origin has not started yet."""
    return ScheduledRun.objects.filter(
        schedule=schedule_id, status__in=UNSTARTED_STATUSES
    ).exists()


def withdraw_unstarted(schedule_id: UUID, reason: Reason, *, now: datetime) -> int:
    """Withdraw every run that has not started. Returns how many.

    A pause skips them, a stop cancels them; a run that waits for a retry fails.
    """
    unstarted = ScheduledRun.objects.filter(
        schedule=schedule_id, status__in=UNSTARTED_STATUSES
    )
    retries = unstarted.filter(attempt__gt=1).update(
        status=RunStatus.FAILED, reason=reason, finished_at=now
    )
    end = RunStatus.CANCELLED if reason == Reason.STOPPED else RunStatus.SKIPPED
    return retries + unstarted.update(status=end, reason=reason, finished_at=now)


def reopen(
    schedule: ScheduledJob,
    origin: Origin,
    ticks: Sequence[datetime],
    status: RunStatus,
) -> list[ScheduledRun]:
    """Reopen the runs of `ticks` that were withdrawn before they started, since a tick can
    have only one row of an origin. Returns them."""
    withdrawn = ScheduledRun.objects.filter(
        schedule=schedule.id,
        origin=origin,
        status=RunStatus.SKIPPED,
        scheduled_for__in=ticks,
    )
    again = ScheduledRun.objects.filter(
        pk__in=list(withdrawn.values_list("pk", flat=True))
    )
    again.update(
        owner=schedule.owner_id,
        status=status,
        reason=Reason.NONE,
        finished_at=None,
        enqueued_at=None,
        send_count=F("send_count") + 1,  # job ids are never reused
    )
    return list(again)


def cancel_open(schedule_ids: Sequence[UUID], *, now: datetime) -> None:
    """For `replace`: cancel what has not started, and request the end of what is running."""
    if not schedule_ids:
        return
    runs = ScheduledRun.objects.filter(schedule__in=schedule_ids)
    runs.filter(_rows(*overlap.REPLACED)).update(
        status=RunStatus.CANCELLED,
        failure_kind="",
        reason=Reason.REPLACED,
        finished_at=now,
    )
    running = _rows(overlap.TO_BE_STOPPED)
    runs.filter(running, Q(cancel_requested_at=None)).update(
        cancel_requested_at=now, reason=Reason.REPLACED
    )


def open_rows(ids: list[UUID]) -> Iterator[tuple[UUID, list[TickRange]]]:
    """The recorded ticks of each schedule's open epoch before the frontier, oldest first. One
    query."""
    rows = (
        ScheduledRun.objects.filter(
            Q(schedule__next_tick_at=None)
            | Q(schedule__next_tick_at__gt=F("scheduled_for")),
            schedule__in=ids,
            origin__in=TICK_ORIGINS,
            epoch=F("schedule__epoch"),
        )
        .order_by("schedule_id", "scheduled_for")
        .values_list("schedule_id", "scheduled_for", "range_end", "tick_count")
    )
    for schedule_id, group in groupby(rows.iterator(5_000), key=lambda row: row[0]):
        yield (
            schedule_id,
            [TickRange(first, last or first, ticks) for _, first, last, ticks in group],
        )

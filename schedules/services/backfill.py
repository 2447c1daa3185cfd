"""Backfill: run past ticks that did not fire. Their rows in the ledger stay as they are."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from schedules import timing
from schedules.exceptions import InvalidSchedule
from schedules.models import (
    NEVER_RAN,
    EventVerb,
    Origin,
    RunStatus,
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
    ScheduleType,
)
from schedules.policy.types import MICROSECOND, LedgerRow
from schedules.services.access import (
    check_startable,
    locked_schedule,
    refuse_stopped,
)
from schedules.services.actor import Actor
from schedules.services.drafts.validation import check_note
from schedules.services.epochs.epochs import timing_of
from schedules.services.events import record_event
from schedules.services.ledger import ledger
from schedules.services.runs.sending import Run
from schedules.services.runs.waiting import release_waiting
from schedules.timing import Timing, TimingError, zones

LIMIT = 1_000


def backfill(
    schedule_id: UUID,
    *,
    from_at: datetime,
    to_at: datetime,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> list[Run]:
    """Run the recorded ticks from `from_at` to `to_at`, inclusive, that did not fire.

    At most 1,000 ticks. They run one after the other, oldest first; with the overlap policy
    `allow`, up to `max_open_runs` at once. They count neither towards `max_runs` nor as
    overlap. Returns the new runs. Raises `InvalidSchedule` for a range without such ticks,
    with too many, or with its ends in the wrong order; `ScheduleStopped` for a stopped
    schedule.
    """
    check_note(note)
    with transaction.atomic():
        schedule = locked_schedule(schedule_id, actor=actor, verb="backfill", now=now)
        refuse_stopped(schedule, "backfilled")
        check_startable(schedule, actor)
        ticks = ticks_to_backfill(schedule, from_at=from_at, to_at=to_at)
        runs = _written(schedule, ticks, now=now)
        release_waiting(schedule, now=now)
        span = {"from": from_at.isoformat(), "to": to_at.isoformat()}
        after = {**span, "runs": len(runs)}
        record_event(
            schedule, EventVerb.BACKFILL, actor=actor, now=now, note=note, after=after
        )
    return runs


def ticks_to_backfill(
    schedule: ScheduledJob, *, from_at: datetime, to_at: datetime
) -> list[datetime]:
    """The ticks that a backfill of this range would run, oldest first. Writes nothing.

    Raises `InvalidSchedule` as `backfill` does.
    """
    if to_at < from_at:
        raise InvalidSchedule(
            errors={"to": ["This time is before from: give a later one."]}
        )
    # Clipped to where ticks can be: a range may mean "from the beginning to the end".
    ticks = _unfired(schedule, max(from_at, zones.EARLIEST), min(to_at, zones.LATEST))
    if not ticks:
        raise InvalidSchedule(errors={"from": [_why_none(schedule)]})
    return ticks


def _why_none(schedule: ScheduledJob) -> str:
    if schedule.schedule_type == ScheduleType.MANUAL:
        return "A schedule of type manual has no ticks to backfill: run it instead."
    return (
        "No past tick of the schedule in this range is left to run: give another range."
    )


def _written(
    schedule: ScheduledJob, ticks: list[datetime], *, now: datetime
) -> list[Run]:
    """Waiting runs for these ticks: those of a backfill that was withdrawn, or new ones."""
    waiting = RunStatus.WAITING
    reopened = ledger.reopen(schedule, Origin.BACKFILL, ticks, waiting)
    known = {run.scheduled_for for run in reopened}
    rows = [
        (schedule, LedgerRow(tick, tick, Origin.BACKFILL, waiting))
        for tick in ticks
        if tick not in known
    ]
    runs: list[Run] = [*reopened, *ledger.write_rows(rows, now=now)]
    return sorted(runs, key=lambda run: run.scheduled_for)


def _unfired(
    schedule: ScheduledJob, from_at: datetime, to_at: datetime
) -> list[datetime]:
    """The recorded ticks in the range that have not fired and are not about to."""
    ticks = _recorded_ticks(schedule, from_at, to_at)
    done = set(
        ScheduledRun.objects.filter(
            schedule=schedule.id, scheduled_for__range=(from_at, to_at)
        )
        .exclude(origin=Origin.MANUAL)
        .exclude(status__in=NEVER_RAN)
        .values_list("scheduled_for", flat=True)
    )
    return [tick for tick in ticks if tick not in done]


def _recorded_ticks(
    schedule: ScheduledJob, from_at: datetime, to_at: datetime
) -> list[datetime]:
    """The ticks of all epochs in the range, before the frontier. Raises `InvalidSchedule`
    for more than `LIMIT`."""
    before_frontier = schedule.next_tick_at or to_at + MICROSECOND
    ticks: list[datetime] = []
    for epoch in ScheduleEpoch.objects.filter(schedule=schedule.id).order_by("number"):
        # Of pruned ticks it is no longer known whether they fired.
        after = max(from_at - MICROSECOND, epoch.pruned_upto or epoch.from_at)
        upto = min(to_at, epoch.to_at or before_frontier - MICROSECOND)
        if after >= upto:
            continue
        of_epoch = _timing_of(epoch)
        if len(ticks) + timing.count(of_epoch, after, upto) > LIMIT:
            why = f"This range has more than {LIMIT:,} ticks: give a shorter one."
            raise InvalidSchedule(errors={"to": [why]})
        ticks += timing.between(of_epoch, after, upto, LIMIT)
    return ticks


def _timing_of(epoch: ScheduleEpoch) -> Timing:
    try:
        return timing_of(epoch)
    except TimingError as error:
        raise InvalidSchedule(errors={"from": [str(error)]}) from error

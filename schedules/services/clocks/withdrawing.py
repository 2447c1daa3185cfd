"""Withdrawing future ticks from the ledger, once a clock that was ahead is right again.

Otherwise nothing would fire until the clock has reached the time that it had shown.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from schedules.models import (
    TICK_ORIGINS,
    Origin,
    RunStatus,
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
    ScheduleType,
    Status,
)
from schedules.policy import recovery
from schedules.rq.messages import OUTAGES, Alarm, RedisAway
from schedules.scheduler import get_scheduler_service
from schedules.services import alarms, transitions
from schedules.services.due import rules_of
from schedules.services.epochs import epochs
from schedules.services.ledger.ahead import (
    NOT_STARTED,
    is_in_step,
    schedule_ahead,
    schedules_ahead,
)
from schedules.timing.english import in_words
from workflows.kit.logs import get_logger
from workflows.kit.sqlite_write_lock import brief_write

logger = get_logger(__name__)
BATCH = 20
STEP_SECONDS = 0.1
# The most rows that one transaction withdraws: on SQLite it blocks all other writers.
MOST_ROWS = 1_000
CHUNK = 500
_FIRED = {RunStatus.PENDING, RunStatus.WAITING, RunStatus.CANCELLED}
# The fields that are saved besides the state.
_WRITTEN = ("fired_count", "early_upto", "anchor_at", "created_at")


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was withdrawn: the number of ticks, and how many of them had fired. `early` are
    the ticks that stay, since their runs have started."""

    ticks: int
    fired: int
    early: frozenset[datetime]


def withdraw_batch(now: datetime, tried: set[UUID]) -> bool:
    """Correct schedules whose ledger is ahead of the clock, for about 0.1 seconds. Call it
    again until it returns False.

    One transaction a schedule; the write lock is free in between. Schedules that cannot be
    corrected are added to `tried` and left out.
    """
    found = schedules_ahead(now, but=tried, limit=BATCH)
    moved: list[Alarm] = []
    until = time.monotonic() + STEP_SECONDS
    for schedule_id in found:
        moved += _withdraw(schedule_id, tried, now)
        if time.monotonic() > until:
            break  # so that due schedules can fire
    try:
        get_scheduler_service().set_alarms(moved)
    except RedisAway as error:
        logger.warning("alarms_not_set", alarms=len(moved), error=str(error))
    return bool(found)


def _withdraw(schedule_id: UUID, tried: set[UUID], now: datetime) -> list[Alarm]:
    try:
        with brief_write(), transaction.atomic():
            schedule = ScheduledJob.objects.locked_or_none(schedule_id)
            ahead = schedule_ahead(schedule, now) if schedule else None
            if schedule is None or ahead is None:
                tried.add(schedule_id)
                return []
            upto = _reach(schedule, now)
            return [_correct(schedule, ahead, upto=upto, now=now)]
    except OUTAGES:
        raise
    except Exception:
        # A schedule that cannot be corrected must not block the others.
        logger.exception("ticks_not_withdrawn", schedule=str(schedule_id))
        tried.add(schedule_id)
        return []


def withdraw_ahead(schedule: ScheduledJob, *, now: datetime) -> None:
    """Correct one schedule whose row the caller's transaction has locked. For the verbs.

    No query in the usual case that the ledger is not ahead of the clock.
    """
    ahead = None if is_in_step(schedule, now) else schedule_ahead(schedule, now)
    if ahead is not None:
        _correct(schedule, ahead, upto=now, now=now)
        alarms.set_on_commit(schedule)


def _reach(schedule: ScheduledJob, now: datetime) -> datetime:
    """The time back to which one transaction takes the ledger: now, or a later time if that
    would be too many rows."""
    newest = _unstarted(schedule, now).order_by("-scheduled_for")
    ends = newest.values_list("range_end", "scheduled_for")[MOST_ROWS : MOST_ROWS + 1]
    return next((range_end or tick for range_end, tick in ends), now)


def _unstarted(schedule: ScheduledJob, upto: datetime) -> QuerySet[ScheduledRun]:
    """Ticks and backfills that have not started. Manual runs have no tick and stay."""
    return ScheduledRun.objects.filter(
        NOT_STARTED, schedule=schedule.id, scheduled_for__gt=upto
    ).exclude(origin=Origin.MANUAL)


def _correct(
    schedule: ScheduledJob, ahead: timedelta, *, upto: datetime, now: datetime
) -> Alarm:
    """Cut the ledger at `upto`, and make the first tick after it the frontier."""
    withdrawn = _take_out(schedule, upto)
    _pull_epochs(schedule, upto=upto, now=now)
    schedule.fired_count = max(0, schedule.fired_count - withdrawn.fired)
    schedule.created_at = min(schedule.created_at, now)
    if withdrawn.early:
        schedule.early_upto = max(withdrawn.early)
    ended = schedule.status == Status.STOPPED
    rules, early = rules_of(schedule), withdrawn.early
    place = recovery.place(rules, early, now=upto, ended=ended)
    counts = {
        "ticks_withdrawn": withdrawn.ticks,
        "runs_withdrawn": withdrawn.fired,
        "ran_early": len(early),
    }
    note = f"The ledger was {in_words(ahead.total_seconds())} ahead of the clock."
    alarm = transitions.withdraw(
        schedule, place, *_WRITTEN, note=note, withdrawn=counts, now=now
    )
    logger.warning(
        "ticks_withdrawn",
        schedule=str(schedule.id),
        ahead=in_words(ahead.total_seconds()),
        next=schedule.next_tick_at.isoformat() if schedule.next_tick_at else None,
        **counts,
    )
    return alarm


def _take_out(schedule: ScheduledJob, upto: datetime) -> Withdrawn:
    """Delete rows that have not started, cut the row that spans `upto`, keep the rest."""
    # Locked, against workers that claim one of them at the same time.
    rows = list(_unstarted(schedule, upto).select_for_update(no_key=True))
    for start in range(0, len(rows), CHUNK):
        ids = [row.pk for row in rows[start : start + CHUNK]]
        ScheduledRun.objects.filter(pk__in=ids).delete()
    ticks = [row for row in rows if row.origin in TICK_ORIGINS]
    cut = _cut(schedule, upto)
    early = _keep_early(schedule, upto)
    return Withdrawn(
        ticks=cut + sum(row.tick_count for row in ticks),
        fired=sum(map(_has_fired, ticks)),
        early=early,
    )


def _has_fired(row: ScheduledRun) -> bool:
    """Whether the row counts in `fired_count`, as one that a pause has skipped since does."""
    if row.range_end is not None:
        return False
    skipped_later = (
        row.status == RunStatus.SKIPPED and row.finished_at != row.created_at
    )
    return row.status in _FIRED or skipped_later


def _cut(schedule: ScheduledJob, upto: datetime) -> int:
    """Cut the range row that reaches beyond `upto`. Returns how many ticks it loses."""
    taken = 0
    straddling = ScheduledRun.objects.filter(
        schedule=schedule.id, scheduled_for__lte=upto, range_end__gt=upto
    )
    for row in straddling:
        epoch = ScheduleEpoch.objects.get(schedule=schedule.id, number=row.epoch)
        before = row.tick_count
        row.range_end, row.tick_count = recovery.cut(
            epochs.timing_of(epoch), row.scheduled_for, now=upto
        )
        row.save(update_fields=["range_end", "tick_count"])
        taken += before - row.tick_count
    return taken


def _keep_early(schedule: ScheduledJob, upto: datetime) -> frozenset[datetime]:
    """The ticks after `upto` whose runs have started. The run of a backfill becomes the row
    of its tick."""
    beyond = ScheduledRun.objects.filter(schedule=schedule.id, scheduled_for__gt=upto)
    ticks = set(
        beyond.filter(origin__in=TICK_ORIGINS).values_list("scheduled_for", flat=True)
    )
    for run in beyond.filter(origin=Origin.BACKFILL).exclude(scheduled_for__in=ticks):
        run.origin = Origin.CATCH_UP
        run.epoch = _epoch_of(schedule, run.scheduled_for) or run.epoch
        run.save(update_fields=["origin", "epoch"])
        ticks.add(run.scheduled_for)
    return frozenset(ticks)


def _epoch_of(schedule: ScheduledJob, tick: datetime) -> int | None:
    """The number of the epoch to which a tick belongs: the row of a backfill has the number
    of the epoch in which it was requested."""
    epochs = ScheduleEpoch.objects.filter(schedule=schedule.id, from_at__lt=tick)
    within = epochs.filter(Q(to_at=None) | Q(to_at__gte=tick)).order_by("number")
    return within.values_list("number", flat=True).first()


def _pull_epochs(schedule: ScheduledJob, *, upto: datetime, now: datetime) -> None:
    """Move epochs that begin or end after `upto` back to it, and recount the closed ones."""
    beyond = ScheduleEpoch.objects.filter(schedule=schedule.id).filter(
        Q(from_at__gt=upto) | Q(to_at__gt=upto) | Q(pruned_upto__gt=upto)
    )
    for epoch in beyond.order_by("number"):
        if epoch.to_at is None:
            _pull_anchor(schedule, epoch, now=now)
        epoch.from_at = min(epoch.from_at, upto)
        if epoch.pruned_upto and epoch.pruned_upto > upto:
            epochs.pull_pruned(epoch, upto=upto)
        if epoch.to_at is not None and epoch.to_at > upto:
            epoch.to_at = upto
            epochs.recount(schedule, epoch, upto=upto)
        epoch.save()


def _pull_anchor(
    schedule: ScheduledJob, epoch: ScheduleEpoch, *, now: datetime
) -> None:
    """Move back the anchor of an interval if it was the reading of the wrong clock, which
    no one has chosen, by whole intervals."""
    anchor, every = schedule.anchor_at, schedule.interval_seconds
    if schedule.schedule_type != ScheduleType.INTERVAL or not (anchor and every):
        return
    if anchor > now and anchor == epoch.from_at.replace(microsecond=0):
        step = timedelta(seconds=every)
        schedule.anchor_at = anchor - step * -((now - anchor) // step)
        epoch.timing["anchor_at"] = schedule.anchor_at.isoformat()

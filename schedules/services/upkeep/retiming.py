"""After an upgrade of tzdata: governments moved instants, so stored next ticks are moved."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from schedules import timing
from schedules.models import ScheduledJob, ScheduleEpoch, Status
from schedules.policy.conservation import account
from schedules.services import transitions
from schedules.services.due import rules_of
from schedules.services.epochs import epochs
from schedules.services.ledger import ledger
from schedules.services.ledger.ledger import open_rows
from schedules.services.transitions import NewTiming
from schedules.timing import TimingError

logger = structlog.get_logger(__name__)
BATCH = 100


def retime_batch(now: datetime) -> int:
    """Reckon schedules again whose epoch has another tzdata; how many were looked at.

    Call until it returns 0. Where nothing moved the epoch just takes the new version;
    where something did, it is closed and the next one begins after now.
    """
    current = timing.tzdata_version()
    outdated = ScheduleEpoch.objects.filter(to_at=None).exclude(tzdata_version=current)
    ids = list(outdated.values_list("schedule_id", flat=True)[:BATCH])
    for schedule_id in ids:
        # A long ledger takes seconds to walk: without a lock, which all others wait for.
        seen = ScheduledJob.objects.filter(pk=schedule_id).first()
        epoch = outdated.filter(schedule=schedule_id).first()
        moved = bool(seen and epoch and _has_moved(seen, epoch, now))
        with transaction.atomic():
            schedule = ScheduledJob.objects.locked_or_none(schedule_id)
            epoch = outdated.filter(schedule=schedule_id).first()
            if epoch is not None and _place(schedule) == _place(seen):
                _retime(schedule, epoch, current, moved=moved, now=now)
    return len(ids)


def _place(schedule: ScheduledJob | None) -> tuple[int, datetime | None] | None:
    """Where firing and edits have brought it: if it moved on, it is looked at once more."""
    return (schedule.epoch, schedule.next_tick_at) if schedule else None


def _retime(
    schedule: ScheduledJob | None,
    epoch: ScheduleEpoch,
    current: str,
    *,
    moved: bool,
    now: datetime,
) -> None:
    if schedule is None or not moved:
        epoch.tzdata_version = current
        epoch.save(update_fields=["tzdata_version"])
        return
    before = schedule.next_tick_at
    # What the old tzdata said of the ticks since the frontier is gone: the new one counts.
    epochs.pass_over(schedule, rules_of(schedule), now=now)
    after = max(now, ledger.last_recorded(schedule, now=now) or now)
    epochs.close_as_recorded(schedule, epoch, at=after)
    tick = timing.next_after(schedule.timing, after)
    transitions.retime(schedule, NewTiming(after, tick), now=now)
    logger.warning(
        "schedule_moved_by_tzdata",
        schedule=str(schedule.id),
        tzdata=current,
        before=str(before),
        after=str(tick),
    )


def _has_moved(schedule: ScheduledJob, epoch: ScheduleEpoch, now: datetime) -> bool:
    """Whether the ticks of the epoch so far, or its frontier, are no longer the same."""
    try:
        return _is_out_of_step(schedule, epoch, now)
    except TimingError:
        return False  # its zone is gone: firing it will pause it, with the reason


def _is_out_of_step(
    schedule: ScheduledJob, epoch: ScheduleEpoch, now: datetime
) -> bool:
    if schedule.status == Status.STOPPED or schedule.next_tick_at is None:
        return False
    recorded = ledger.last_recorded(schedule, now=now)
    known = (epoch.from_at, epoch.pruned_upto, recorded)
    start = max(at for at in known if at)
    if timing.next_after(schedule.timing, start) != schedule.next_tick_at:
        return True
    # Tick by tick, as the audit does: what moved in the past may not change the number.
    proof = account(
        schedule.timing,
        after=epoch.pruned_upto or epoch.from_at,
        frontier=schedule.next_tick_at,
        rows=dict(open_rows([schedule.id])).get(schedule.id, []),
    )
    return bool(proof.problems)

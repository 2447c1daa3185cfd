"""Retiming: after an upgrade of tzdata, stored ticks move to where the new rules put them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from schedules import timing
from schedules.models import ScheduledJob, ScheduleEpoch, Status
from schedules.policy.conservation import account
from schedules.services import transitions
from schedules.services.due import rules_of
from schedules.services.epochs import epochs
from schedules.services.epochs.closing import Closing, pass_over
from schedules.services.ledger import ledger
from schedules.services.ledger.ledger import open_rows
from schedules.services.transitions import NewTiming
from schedules.timing import TimingError
from workflows.kit.logs import get_logger

logger = get_logger(__name__)
BATCH = 100


def retime_batch(now: datetime) -> int:
    """Recalculate schedules whose epoch has another version of tzdata. Returns how many.

    Call it again until it returns 0. If no tick has moved, the epoch takes the new version;
    otherwise it is closed, and the next one begins after now.
    """
    current = timing.tzdata_version()
    outdated = ScheduleEpoch.objects.filter(to_at=None).exclude(tzdata_version=current)
    ids = list(outdated.values_list("schedule_id", flat=True)[:BATCH])
    for schedule_id in ids:
        # Comparing a long ledger takes seconds, so it is done without the lock.
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
    """Changes when the schedule fires or is edited: then it is recalculated once more."""
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
    # The ticks since the frontier are recorded as the new tzdata has them.
    pass_over([Closing(schedule, rules_of(schedule))], now=now)
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
    """Whether the past ticks of the epoch, or its frontier, have changed."""
    try:
        return _is_out_of_step(schedule, epoch, now)
    except TimingError:
        return (
            False  # its zone is gone: firing will pause the schedule, with the reason
        )


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
    # Tick by tick, as in the audit: past ticks may have moved without changing in number.
    proof = account(
        schedule.timing,
        after=epoch.pruned_upto or epoch.from_at,
        frontier=schedule.next_tick_at,
        rows=dict(open_rows([schedule.id])).get(schedule.id, []),
    )
    return bool(proof.problems)

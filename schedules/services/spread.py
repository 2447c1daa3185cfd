"""Spread: run a schedule some minutes later or earlier, and change nothing else of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from schedules.exceptions import InvalidSchedule, ScheduleNotFound, ScheduleStopped
from schedules.models import ScheduledJob, Status
from schedules.services.actor import Actor
from schedules.services.update import update_schedule
from schedules.timing import CronTiming, IntervalTiming, Timing, TimingError
from schedules.timing.shifting import shifted


@dataclass(frozen=True, slots=True)
class Spreading:
    """The schedule after the move, and its next run before it."""

    schedule: ScheduledJob
    was_next: datetime | None


def spread_schedule(
    schedule_id: UUID, minutes: int, *, version: int, actor: Actor, now: datetime
) -> Spreading:
    """Move the minutes of its cron expression, or the time from which its interval counts.

    Raises what `update_schedule` raises, `ScheduleStopped` for a schedule that has ended,
    `InvalidSchedule` if its timing cannot be moved like that.
    """
    schedule = ScheduledJob.objects.filter(pk=schedule_id).first()
    if schedule is None:
        raise ScheduleNotFound
    actor.require_permission("change", schedule)
    if schedule.status == Status.STOPPED:
        raise ScheduleStopped("This schedule has ended: it cannot be moved.")
    moved = _moved(schedule, minutes)
    changed = update_schedule(
        schedule_id, moved_fields(moved), actor=actor, now=now, version=version
    )
    return Spreading(changed, schedule.next_run_at)


def _moved(schedule: ScheduledJob, minutes: int) -> Timing:
    try:
        timing = schedule.timing
    except TimingError as error:
        raise InvalidSchedule(errors={error.field: [str(error)]}) from error
    moved = shifted(timing, minutes)
    if moved is None:
        raise InvalidSchedule(errors={_field(timing): [_why(minutes)]})
    return moved


def moved_fields(timing: Timing) -> dict[str, Any]:
    """The field by which a moved timing differs from what it was."""
    if isinstance(timing, CronTiming):
        return {"cron_expression": timing.expression}
    assert isinstance(timing, IntervalTiming)
    return {"anchor_at": timing.anchor_at}


def _field(timing: Timing) -> str:
    if isinstance(timing, CronTiming):
        return "cron_expression"
    return "anchor_at" if isinstance(timing, IntervalTiming) else "schedule_type"


def _why(minutes: int) -> str:
    return (
        f"The runs of this schedule cannot be moved by {minutes} minutes: only the minutes "
        "of a cron expression can be moved, within its hour, or the anchor of an interval, "
        "by less than the interval. Change its timing on its page."
    )

"""What `run_due` has done, in words, for the report of a test that fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import F

from schedules.models import ScheduledJob, Status
from schedules.testing.clock import shown
from schedules.testing.ran import Ran

MOST_LINES = 20


def report(ran: Sequence[Ran], until: datetime) -> str:
    """Each run with its error; if nothing was due, what the schedules wait for."""
    return "\n".join(_lines(ran, until))


def _lines(ran: Sequence[Ran], until: datetime) -> Iterator[str]:
    if not ran:
        yield f"run_due() at {shown(until)}: nothing was due."
        yield from _waiting()
        return
    yield f"run_due() at {shown(until)}:"
    for each in ran[:MOST_LINES]:
        yield f"  {each!r}"
        if each.traceback:
            yield each.traceback
    if len(ran) > MOST_LINES:
        yield f"  and {len(ran) - MOST_LINES} more"


def _waiting() -> Iterator[str]:
    soonest = F("next_run_at").asc(nulls_last=True)
    schedules = list(ScheduledJob.objects.order_by(soonest, "name")[:MOST_LINES])
    if not schedules:
        yield "  There is no schedule."
    for schedule in schedules:
        yield f"  {schedule.name!r} {_state(schedule)}"


def _state(schedule: ScheduledJob) -> str:
    if schedule.status != Status.ACTIVE:
        why = schedule.reason_text or "no reason is recorded"
        return f"is {schedule.status}: {why}"
    if schedule.next_run_at is None:
        return "runs on request only"
    return f"is due next at {shown(schedule.next_run_at, schedule.timezone)}"

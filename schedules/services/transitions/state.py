"""Where a schedule stands: its status with the reason, and the frontier with the next run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from schedules.models import (
    EventVerb,
    ReasonCode,
    ScheduledJob,
    ScheduleEvent,
    Status,
)
from schedules.policy.early import next_run
from schedules.services.actor import Actor
from schedules.services.due import DueSchedule, rules_of
from schedules.services.events import new_event
from schedules.services.ledger.early import early_ticks

SYSTEM = Actor.system()
STATE = ("status", "reason_code", "status_reason", "next_run_at")


class NewTiming(NamedTuple):
    """Where the ticks of a new timing begin: after `from_at`, at `tick` (None: no ticks)."""

    from_at: datetime
    tick: datetime | None


def set_state(
    schedule: ScheduledJob, status: Status, code: str = ReasonCode.NONE, note: str = ""
) -> None:
    """Set status, reason and note together: none of them changes alone."""
    schedule.status, schedule.reason_code, schedule.status_reason = status, code, note


def ended(code: str) -> tuple[Status, ReasonCode, str]:
    """The state of a schedule that has ended by its own rules."""
    return Status.STOPPED, ReasonCode(code), ReasonCode(code).label


def end(schedule: ScheduledJob, code: str) -> None:
    """Stop a schedule by its own rules. Its ledger and the runs that have fired stay."""
    set_state(schedule, *ended(code))
    schedule.next_run_at = None


def ended_event(
    schedule: ScheduledJob | DueSchedule, code: str, *, now: datetime
) -> ScheduleEvent:
    """The event, not yet saved, of a schedule that has ended by its own rules."""
    status, reason_code, note = ended(code)
    details: dict[str, Any] = {"reason_code": reason_code, "note": note}
    details |= {"before": {"status": Status.ACTIVE}, "after": {"status": status}}
    return new_event(schedule, EventVerb.COMPLETE, actor=SYSTEM, now=now, **details)


def set_frontier(schedule: ScheduledJob, tick: datetime | None) -> None:
    """Set the frontier, and the time at which it fires. Only an active schedule has one."""
    schedule.next_tick_at, schedule.next_run_at = tick, None
    if schedule.status == Status.ACTIVE:
        early = early_ticks(schedule)
        delayed = early or schedule.jitter_seconds
        schedule.next_run_at = (
            next_run(rules_of(schedule), tick, early) if delayed else tick
        )


def edited(
    schedule: ScheduledJob,
    before: Mapping[str, Any],
    changed: Mapping[str, Any],
) -> tuple[EventVerb, dict[str, Any]]:
    """Set the state that follows from an update: its verb, and what its event tells.

    `changed` are the new values of fields, and `before` the old ones. A new timing makes a
    stopped schedule active again; its failures in a row are reset, its fired ticks are not.
    """
    verb, before = EventVerb.UPDATE, {name: before[name] for name in changed}
    if schedule.status == Status.STOPPED:
        verb, schedule.consecutive_failures = EventVerb.REVIVE, 0
        before = {**before, "status": Status.STOPPED}
        changed = {**changed, "status": Status.ACTIVE}
        set_state(schedule, Status.ACTIVE)
    elif schedule.reason_code == ReasonCode.NODE_DELETED and schedule.trigger_node_id:
        set_state(schedule, Status.ACTIVE)
    return verb, {"before": before, "after": changed}

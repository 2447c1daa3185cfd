"""Revive: an update that gives a schedule that has ended new ticks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from schedules.decisions import Rules
from schedules.models import ScheduledJob, Status
from schedules.services import epochs, guardrails, quotas
from schedules.services.access import refuse_ended
from schedules.services.actor import Actor
from schedules.services.agents import AgentLimits
from schedules.services.drafts.draft import check_first_tick, put_frontier
from schedules.services.drafts.fields import TIMING_FIELDS
from schedules.timing import Timing

REVIVING_FIELDS = frozenset({*TIMING_FIELDS, "max_runs"})
SET_BY_REVIVAL = ("status", "consecutive_failures")


def refuse_unless_revived(changed: Collection[str], schedule: ScheduledJob) -> None:
    """Raises `ScheduleEnded` for a change that gives a schedule that has ended no ticks."""
    if not REVIVING_FIELDS.intersection(changed):
        refuse_ended(schedule, "changed")


def revive(
    schedule: ScheduledJob,
    timing: Timing,
    old_rules: Rules | None,
    *,
    actor: Actor,
    limits: AgentLimits | None,
    now: datetime,
) -> None:
    """Set the fields of a schedule that is active again, for the caller to save.

    A new epoch begins: its first tick comes after now, and what passed while the schedule
    was stopped is no tick. What it has fired still counts for `max_runs`; its failures do
    not. Raises `InvalidSchedule` if it would have no tick, `AgentRefused` for what no
    agent may make.
    """
    guardrails.check_timing(schedule, timing, limits=limits, now=now)
    schedule.status = Status.ACTIVE
    schedule.status_reason = ""
    schedule.consecutive_failures = 0
    begins = epochs.close_ended(schedule, old_rules, now=now)
    put_frontier(schedule, check_first_tick(schedule, timing, after=begins))
    epochs.open_next(schedule, from_at=begins)
    quotas.check_revived(schedule, actor, now=now)

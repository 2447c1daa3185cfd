"""Resume: active again from the next tick on, catching up as requested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from schedules.exceptions import InvalidSchedule
from schedules.models import CatchupPolicy, ScheduledJob, Status
from schedules.policy.types import Decision
from schedules.services import transitions
from schedules.services.access import (
    check_startable,
    locked_schedule,
    refuse_proposal,
    refuse_stopped,
)
from schedules.services.actor import Actor
from schedules.services.agents import guardrails, quotas
from schedules.services.drafts.validation import check_note, not_a_choice
from schedules.services.insight.resumption import foreseen
from schedules.services.ledger import ledger
from schedules.services.ledger.early import adopt
from schedules.services.runs.sending import RUNS


@dataclass(frozen=True, slots=True)
class Resumed:
    """A resumed schedule, the ticks that passed meanwhile, and how many of them now run."""

    schedule: ScheduledJob
    passed: int
    caught_up: int


def resume_schedule(
    schedule_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    catch_up: str = CatchupPolicy.NONE,
) -> Resumed:
    """Make a schedule active again, from its next tick after `now` on. Idempotent.

    Of the ticks that passed meanwhile `catch_up` runs `none`, the `latest`, or `all` (at
    most the newest 100). The others are recorded as one range `skipped: paused`. If no tick
    is left the schedule ends. Raises `ScheduleStopped` for a stopped schedule,
    `NeedsApproval` for an agent's proposal, `AgentRefused` for what an agent may not do,
    `InvalidSchedule` for an unknown `catch_up`.
    """
    check_note(note)
    if catch_up not in CatchupPolicy.values:
        why = not_a_choice(CatchupPolicy.values)
        raise InvalidSchedule(errors={"catch_up": [why]})
    with transaction.atomic():
        schedule = locked_schedule(schedule_id, actor=actor, verb="resume", now=now)
        refuse_stopped(schedule, "resumed")
        if schedule.status == Status.ACTIVE:
            return Resumed(schedule, 0, 0)
        refuse_proposal(schedule, actor)
        check_startable(schedule, actor)
        decision = resumption(schedule, catch_up, now=now)
        quotas.check_resumed(schedule, actor, now=now)
        guardrails.check_resume(schedule, actor, decision, catch_up=catch_up, now=now)
        runs = ledger.write_rows([(schedule, row) for row in decision.rows], now=now)
        transitions.resume(schedule, decision, actor=actor, now=now, note=note)
        RUNS.send_on_commit(runs, now=now)
    passed = sum(row.tick_count for row in decision.rows)
    return Resumed(schedule, passed, decision.fired)


def resumption(schedule: ScheduledJob, catch_up: str, *, now: datetime) -> Decision:
    """Where a schedule that becomes active goes on, and what it catches up."""
    found = foreseen(schedule, catch_up, now=now)
    adopt(schedule, found.rules, found.early, before=found.decision.frontier)
    return found.decision

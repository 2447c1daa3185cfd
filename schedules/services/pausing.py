"""Pause and resume: the same two functions for every door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from schedules import policy
from schedules.decisions import Decision
from schedules.early import passing_over
from schedules.exceptions import InvalidSchedule
from schedules.models import (
    ActorKind,
    CatchupPolicy,
    Reason,
    ScheduledJob,
    Status,
    Verb,
)
from schedules.services import alarms, guardrails, ledger, quotas
from schedules.services.access import (
    check_startable,
    locked_schedule,
    refuse_ended,
    save_fields,
)
from schedules.services.actor import Actor
from schedules.services.drafts.validation import check_note
from schedules.services.due import rules_of
from schedules.services.early_runs import adopt, early_ticks
from schedules.services.ending import end_locked
from schedules.services.events import record_event, who_paused
from schedules.services.sending import RUNS
from schedules.timing import TimingError

SET_BY_RESUME = (
    "status",
    "status_reason",
    "awaits_approval",
    "next_tick_at",
    "next_run_at",
    "fired_count",
    "consecutive_failures",
)


def pause_schedule(
    schedule_id: UUID, *, actor: Actor, now: datetime, note: str = ""
) -> ScheduledJob:
    """Nothing that was asked for before this returns starts after it. Idempotent.

    Every run that has not started becomes `skipped: paused` (a retry that waited:
    `failed`); what runs, runs on. A person who pauses what is paused already is put on
    record, once. Raises `ScheduleEnded` for a schedule that has ended.
    """
    check_note(note)
    with transaction.atomic():
        schedule = locked_schedule(
            schedule_id, actor=actor, permission="change", now=now
        )
        refuse_ended(schedule, "paused")
        # A paused schedule may have runs that were asked for since: they are withdrawn.
        if (
            schedule.status != Status.PAUSED
            or ledger.has_unstarted(schedule.id)
            or _is_news(schedule, actor, note)
        ):
            pause_locked(schedule, actor=actor, now=now, note=note)
    return schedule


def _is_news(schedule: ScheduledJob, actor: Actor, note: str) -> bool:
    """Whether a person adds their word to a pause: what only others have paused, or
    another note. A retry does not, and what an agent says hides no word of a person's.
    """
    if actor.kind != ActorKind.USER or actor.user is None:
        return False
    if note and note != schedule.status_reason:
        return True
    return (ActorKind.USER, actor.user.pk) not in who_paused(schedule)


def pause_locked(
    schedule: ScheduledJob, *, actor: Actor, now: datetime, note: str
) -> None:
    """Pause a schedule whose row the caller's transaction holds."""
    before = schedule.status
    withdrawn = ledger.withdraw_unstarted(schedule.id, Reason.PAUSED, now=now)
    schedule.status = Status.PAUSED
    # Why it is paused was said before: by a person, or that an agent proposed it.
    if note and not (before == Status.PAUSED and actor.kind == ActorKind.AGENT):
        schedule.status_reason = note
    schedule.next_run_at = None
    save_fields(schedule, "status", "status_reason", "next_run_at", now=now)
    record_event(
        schedule,
        Verb.PAUSE,
        actor=actor,
        now=now,
        note=note,
        before={"status": before},
        after={"status": Status.PAUSED, "runs_withdrawn": withdrawn},
    )
    alarms.cancel_on_commit(schedule.rq_job_id)


@dataclass(frozen=True, slots=True)
class Resumed:
    """A resumed schedule; how many ticks passed meanwhile, and how many of them run."""

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
    """Fire again, from the next tick after now on. Idempotent.

    Of the ticks that passed meanwhile `catch_up` runs none, the latest, or all (at most
    the newest 100); the ledger gets one `skipped: paused` range for the others. With no
    tick left the schedule ends. A person who resumes what an agent proposed approves it.
    Raises `ScheduleEnded` for one that has ended, `AgentRefused` for what no agent may do.
    """
    check_note(note)
    if catch_up not in CatchupPolicy.values:
        why = f"Must be one of {', '.join(CatchupPolicy.values)}."
        raise InvalidSchedule(errors={"catch_up": [why]})
    with transaction.atomic():
        schedule = locked_schedule(
            schedule_id, actor=actor, permission="change", now=now
        )
        refuse_ended(schedule, "resumed")
        if schedule.status == Status.ACTIVE:
            return Resumed(schedule, 0, 0)
        check_startable(schedule, actor)
        decision = _resumption(schedule, catch_up, now=now)
        quotas.check_resumed(schedule, actor, now=now)
        guardrails.check_resume(schedule, actor, decision, catch_up=catch_up, now=now)
        runs = ledger.write_rows([(schedule, row) for row in decision.rows], now=now)
        _apply(schedule, decision, actor=actor, now=now, note=note)
        RUNS.send_on_commit(runs, now=now)
    passed = sum(row.tick_count for row in decision.rows)
    return Resumed(schedule, passed, decision.fired)


def _resumption(schedule: ScheduledJob, catch_up: str, *, now: datetime) -> Decision:
    open_runs = ledger.open_runs([schedule.id]).get(schedule.id, ledger.NOTHING_OPEN)
    try:
        rules = rules_of(schedule)
    except TimingError as error:
        raise InvalidSchedule(errors={error.field: [str(error)]}) from error
    decision = policy.resume(rules, schedule.next_tick_at, open_runs, catch_up, now=now)
    early = early_ticks(schedule)
    adopt(schedule, rules, early, before=decision.frontier)
    return passing_over(rules, decision, early)


def _apply(
    schedule: ScheduledJob,
    decision: Decision,
    *,
    actor: Actor,
    now: datetime,
    note: str,
) -> None:
    approved = {"approved": True} if schedule.awaits_approval else {}
    schedule.status = Status.ACTIVE
    schedule.awaits_approval = False
    schedule.status_reason = ""
    schedule.next_tick_at = decision.frontier
    schedule.next_run_at = decision.next_run_at
    schedule.fired_count += decision.fired
    schedule.consecutive_failures = 0
    record_event(
        schedule,
        Verb.RESUME,
        actor=actor,
        now=now,
        note=note,
        before={"status": Status.PAUSED},
        after={
            "status": Status.ACTIVE,
            **approved,
            "ticks_passed": sum(row.tick_count for row in decision.rows),
            "ticks_caught_up": decision.fired,
        },
    )
    if decision.ended:  # after the event of the resuming that found it so
        end_locked(schedule, decision.ended, now=now)
    save_fields(schedule, *SET_BY_RESUME, now=now)
    alarms.set_on_commit(schedule)

"""The transition of one schedule, whose row the caller's transaction has locked.

It writes the row and the event, and the alarm follows once the transaction has committed.
Whether the transition is allowed has been decided before, by the verbs and by `policy`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from schedules.limits import NOTE_LENGTH
from schedules.models import (
    REASON_OF_ACTOR,
    ActorKind,
    EventVerb,
    Reason,
    ReasonCode,
    ScheduledJob,
    Status,
)
from schedules.policy.decide import END_REACHED
from schedules.policy.recovery import Place
from schedules.policy.types import Decision
from schedules.rq.messages import Alarm
from schedules.services import alarms
from schedules.services.actor import Actor
from schedules.services.drafts.snapshot import snapshot
from schedules.services.epochs import epochs
from schedules.services.events import record_event
from schedules.services.ledger import ledger
from schedules.services.transitions.state import (
    STATE,
    SYSTEM,
    NewTiming,
    edited,
    end,
    ended_event,
    set_frontier,
    set_state,
)

# Begins the note of a proposal, until a person writes another.
PROPOSED = "proposed by an agent for"


def begin(
    schedule: ScheduledJob,
    tick: datetime | None,
    *,
    status: str,
    proposed: bool,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> None:
    """Save a new schedule with its first `tick`: active, or paused (`note`) as every proposal is."""
    after: dict[str, Any] = {}
    if proposed:
        note = f"{PROPOSED} {actor.name}"
        set_state(schedule, Status.PAUSED, ReasonCode.PROPOSAL, note)
        schedule.awaits_approval, after = True, {"awaits_approval": True}
    elif status == Status.PAUSED:
        set_state(schedule, Status.PAUSED, REASON_OF_ACTOR[actor.kind], note)
        after = {"status": Status.PAUSED}
    set_frontier(schedule, tick)
    schedule.save(force_insert=True)
    epochs.open_first(schedule, now=now)
    state = {"reason_code": schedule.reason_code, "note": schedule.status_reason}
    after = snapshot(schedule) | after
    record_event(schedule, EventVerb.CREATE, actor=actor, now=now, after=after, **state)
    alarms.set_on_commit(schedule)


def edit(
    schedule: ScheduledJob,
    before: Mapping[str, Any],
    changed: Mapping[str, Any],
    begins: NewTiming | None,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> None:
    """Save an update: the `changed` fields, and the snapshot from `before`.

    `begins` is given if the timing has changed; the old epoch is closed by then. A stopped
    schedule becomes active again. Its failures in a row are reset, its fired ticks are not.
    """
    verb, details = edited(schedule, before, changed)
    if begins is not None:
        epochs.open_next(schedule, from_at=begins.from_at)
        set_frontier(schedule, begins.tick)
    # A change of the call changes the workflow, too.
    fields = (*changed, "workflow", "next_tick_at", "epoch", "consecutive_failures")
    _write(schedule, verb, *fields, actor=actor, now=now, note=note, **details)


def pause(
    schedule: ScheduledJob,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    code: ReasonCode | None = None,
    failure_kind: str = "",
) -> None:
    """Pause a schedule, and withdraw its runs that have not started.

    `code` is the reason, by default who paused it; `failure_kind` that of the attempt that
    led to the pause.
    """
    before = {"status": schedule.status}
    withdrawn = ledger.withdraw_unstarted(schedule.id, Reason.PAUSED, now=now)
    code = code or REASON_OF_ACTOR[actor.kind]
    # A paused schedule keeps its reason; only a person's note replaces it.
    if schedule.status != Status.PAUSED or (note and actor.kind != ActorKind.AGENT):
        reason = ReasonCode.PROPOSAL if schedule.awaits_approval else code
        set_state(schedule, Status.PAUSED, reason, note)
    schedule.next_run_at = None
    after = {"status": Status.PAUSED, "runs_withdrawn": withdrawn}
    after |= {"failure_kind": failure_kind} if failure_kind else {}
    details = {"reason_code": code, "note": note, "before": before, "after": after}
    _write(schedule, EventVerb.PAUSE, actor=actor, now=now, **details)


def set_aside(schedule_id: UUID, error: Exception, *, now: datetime) -> None:
    """Pause an active schedule that cannot be fired, with the error as the note: otherwise
    it would be due for ever. Reads only the columns that it needs: others may be corrupt."""
    note = f"It could not be fired: {type(error).__name__}: {error}"[:NOTE_LENGTH]
    with transaction.atomic():
        active = ScheduledJob.objects.locked().filter(status=Status.ACTIVE)
        row = active.filter(pk=schedule_id).only(*_PAUSED).first()
        if row is not None:
            pause(row, actor=SYSTEM, now=now, note=note, code=ReasonCode.CANNOT_FIRE)


_PAUSED = ("name", "rq_job_id", "status", "awaits_approval", "version")


def resume(
    schedule: ScheduledJob,
    decision: Decision,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> None:
    """Make a schedule active again where `decision` puts it, or end it if no tick is left.
    Of a proposal this is its approval."""
    passed = sum(row.tick_count for row in decision.rows)
    verb = EventVerb.APPROVE if schedule.awaits_approval else EventVerb.RESUME
    after: dict[str, Any] = {"status": Status.ACTIVE}
    after |= {"ticks_passed": passed, "ticks_caught_up": decision.fired}
    details = {"note": note, "before": {"status": schedule.status}, "after": after}
    set_state(schedule, Status.ACTIVE)
    schedule.awaits_approval = False
    schedule.next_tick_at = decision.frontier
    schedule.next_run_at = decision.next_run_at
    schedule.fired_count += decision.fired
    schedule.consecutive_failures = 0
    if decision.ended:
        end(schedule, decision.ended)
    fields = ("awaits_approval", "fired_count", "consecutive_failures", "next_tick_at")
    _write(schedule, verb, *fields, actor=actor, now=now, **details)
    if decision.ended:  # its event comes after that of the resume
        ended_event(schedule, decision.ended, now=now).save(force_insert=True)


def retime(schedule: ScheduledJob, begins: NewTiming, *, now: datetime) -> None:
    """Move a schedule to the ticks of newer tzdata. An active one with none left ends."""
    epochs.open_next(schedule, from_at=begins.from_at)
    set_frontier(schedule, begins.tick)
    if schedule.status == Status.ACTIVE and begins.tick is None:
        end(schedule, END_REACHED)
        ended_event(schedule, END_REACHED, now=now).save(force_insert=True)
    schedule.save(update_fields=[*STATE, "next_tick_at", "epoch"])
    alarms.set_on_commit(schedule)


def withdraw(
    schedule: ScheduledJob,
    place: Place | None,
    *fields: str,
    note: str,
    withdrawn: Mapping[str, int],
    now: datetime,
) -> Alarm:
    """Save a schedule whose premature ticks were `withdrawn` after a clock was ahead.

    `place` is its new frontier (None: unchanged); `fields` have changed, too. Returns the
    alarm, so that the caller can set many at once when all have committed.
    """
    before = _position(schedule)
    if place is not None:
        if schedule.status == Status.STOPPED and place.active:
            set_state(schedule, Status.ACTIVE)
        active = schedule.status == Status.ACTIVE
        schedule.next_tick_at = place.frontier
        schedule.next_run_at = place.next_run_at if active else None
    schedule.save(update_fields=[*STATE, "next_tick_at", *fields])
    after = {**_position(schedule), **withdrawn}
    details = {"note": note, "before": before, "after": after}
    record_event(schedule, EventVerb.WITHDRAW, actor=SYSTEM, now=now, **details)
    return Alarm(schedule.rq_job_id, schedule.next_run_at)


def _position(schedule: ScheduledJob) -> dict[str, Any]:
    frontier = schedule.next_tick_at
    next_tick = frontier and frontier.isoformat()
    return {"next_tick_at": next_tick, "status": schedule.status}


def _write(
    schedule: ScheduledJob,
    verb: EventVerb,
    *fields: str,
    actor: Actor,
    now: datetime,
    **what: Any,
) -> None:
    """Complete a verb: save the state, `fields` and a new version, the event, the alarm."""
    schedule.version += 1
    schedule.updated_at = now
    schedule.save(update_fields=[*fields, *STATE, "version", "updated_at"])
    record_event(schedule, verb, actor=actor, now=now, **what)
    alarms.set_on_commit(schedule)

"""The transitions of a schedule from one state to another.

The only code that writes `status`, `reason_code`, `status_reason` and `next_run_at`. Each
function makes one transition of a schedule whose row the caller's transaction has locked:
it writes the row and the event, and the alarm follows once the transaction has committed.
Whether the transition is allowed has been decided before, by the verbs and by `policy`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F

from schedules.exceptions import NodeInUse
from schedules.limits import MOST_AT_ONCE, NOTE_LENGTH
from schedules.models import (
    REASON_OF_ACTOR,
    ActorKind,
    EventVerb,
    Reason,
    ReasonCode,
    ScheduledJob,
    ScheduleEvent,
    Status,
)
from schedules.policy.decide import END_REACHED
from schedules.policy.early import next_run
from schedules.policy.recovery import Place
from schedules.policy.types import Decision
from schedules.rq.messages import Alarm
from schedules.services import alarms
from schedules.services.actor import Actor
from schedules.services.drafts.snapshot import snapshot
from schedules.services.due import DueSchedule, rules_of
from schedules.services.epochs import epochs
from schedules.services.events import new_event, record_event
from schedules.services.ledger import ledger
from schedules.services.ledger.bulk_sql import update_rows
from schedules.services.ledger.early import early_ticks
from workflows.models import WorkflowNode

NODE_DELETED = (
    "Its trigger node has been deleted: it now starts at the first trigger of its workflow "
    "that accepts it."
)
_SYSTEM = Actor.system()
_STATE = ("status", "reason_code", "status_reason", "next_run_at")


class FrontierMoved(Exception):
    """Another scheduler has fired these ticks: the transaction must be rolled back."""


class NewTiming(NamedTuple):
    """Where the ticks of a new timing begin: after `from_at`, at `tick` (None: no ticks)."""

    from_at: datetime
    tick: datetime | None


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
        note = f"proposed by an agent for {actor.name}"
        _set_state(schedule, Status.PAUSED, ReasonCode.PROPOSAL, note)
        schedule.awaits_approval, after = True, {"awaits_approval": True}
    elif status == Status.PAUSED:
        _set_state(schedule, Status.PAUSED, REASON_OF_ACTOR[actor.kind], note)
        after = {"status": Status.PAUSED}
    _set_frontier(schedule, tick)
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
) -> None:
    """Save an update: the `changed` fields, and the snapshot from `before`.

    `begins` is given if the timing has changed; the old epoch is closed by then. A stopped
    schedule becomes active again. Its failures in a row are reset, its fired ticks are not.
    """
    verb, before = EventVerb.UPDATE, {name: before[name] for name in changed}
    if schedule.status == Status.STOPPED:
        verb, schedule.consecutive_failures = EventVerb.REVIVE, 0
        before = {**before, "status": Status.STOPPED}
        changed = {**changed, "status": Status.ACTIVE}
        _set_state(schedule, Status.ACTIVE)
    elif schedule.reason_code == ReasonCode.NODE_DELETED and schedule.trigger_node_id:
        _set_state(schedule, Status.ACTIVE)
    if begins is not None:
        epochs.open_next(schedule, from_at=begins.from_at)
        _set_frontier(schedule, begins.tick)
    fields = (*changed, "next_tick_at", "epoch", "consecutive_failures")
    details = {"before": before, "after": changed}
    _write(schedule, verb, *fields, actor=actor, now=now, **details)


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
        _set_state(schedule, Status.PAUSED, reason, note)
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
            pause(row, actor=_SYSTEM, now=now, note=note, code=ReasonCode.CANNOT_FIRE)


_PAUSED = ("name", "rq_job_id", "status", "awaits_approval", "version")


def resume(
    schedule: ScheduledJob,
    decision: Decision,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> None:
    """Make a schedule active again where `decision` puts it, or end it if no tick is left."""
    passed = sum(row.tick_count for row in decision.rows)
    after: dict[str, Any] = {"status": Status.ACTIVE}
    after |= {"approved": True} if schedule.awaits_approval else {}
    after |= {"ticks_passed": passed, "ticks_caught_up": decision.fired}
    details = {"note": note, "before": {"status": schedule.status}, "after": after}
    _set_state(schedule, Status.ACTIVE)
    schedule.awaits_approval = False
    schedule.next_tick_at = decision.frontier
    schedule.next_run_at = decision.next_run_at
    schedule.fired_count += decision.fired
    schedule.consecutive_failures = 0
    if decision.ended:
        _end(schedule, decision.ended)
    fields = ("awaits_approval", "fired_count", "consecutive_failures", "next_tick_at")
    _write(schedule, EventVerb.RESUME, *fields, actor=actor, now=now, **details)
    if decision.ended:  # its event comes after that of the resume
        _ended_event(schedule, decision.ended, now=now).save(force_insert=True)


def advance(
    decided: Sequence[tuple[DueSchedule, Decision]], *, now: datetime
) -> list[Alarm]:
    """Move fired schedules on from their nominal tick; those with no tick left end.

    One statement for the schedules and one for the events, however many there are. Returns
    the alarms, which the caller sets once it has committed. Raises `FrontierMoved` if one of
    the schedules has changed since it was read.
    """
    rows = [_moved(schedule, decision) for schedule, decision in decided]
    if update_rows(ScheduledJob, match=_AS_READ, change=_MOVED, rows=rows) != len(rows):
        raise FrontierMoved
    ScheduleEvent.objects.bulk_create(
        _ended_event(schedule, decision.ended, now=now)
        for schedule, decision in decided
        if decision.ended
    )
    return [
        Alarm(schedule.rq_job_id, None if decision.ended else decision.next_run_at)
        for schedule, decision in decided
    ]


_AS_READ = ("id", "epoch", "next_tick_at")
_MOVED = ("next_tick_at", "fired_count", *_STATE)
_ACTIVE = Status.ACTIVE.value  # a plain str: SQLite is slow to bind others


def _moved(schedule: DueSchedule, decision: Decision) -> tuple[Any, ...]:
    """The schedule's values as they were read, and the new ones. (A due one is active.)"""
    state: tuple[str, ...] = _ACTIVE, schedule.reason_code, schedule.status_reason
    following, fired = decision.next_run_at, schedule.fired_count + decision.fired
    if decision.ended:
        state, following = _ended(decision.ended), None
    as_read = (schedule.id, schedule.epoch, schedule.next_tick_at)
    return (*as_read, decision.frontier, fired, *state, following)


def retime(schedule: ScheduledJob, begins: NewTiming, *, now: datetime) -> None:
    """Move a schedule to the ticks of newer tzdata. An active one with none left ends."""
    epochs.open_next(schedule, from_at=begins.from_at)
    _set_frontier(schedule, begins.tick)
    if schedule.status == Status.ACTIVE and begins.tick is None:
        _end(schedule, END_REACHED)
        _ended_event(schedule, END_REACHED, now=now).save(force_insert=True)
    schedule.save(update_fields=[*_STATE, "next_tick_at", "epoch"])
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
            _set_state(schedule, Status.ACTIVE)
        active = schedule.status == Status.ACTIVE
        schedule.next_tick_at = place.frontier
        schedule.next_run_at = place.next_run_at if active else None
    schedule.save(update_fields=[*_STATE, "next_tick_at", *fields])
    after = {**_position(schedule), **withdrawn}
    details = {"note": note, "before": before, "after": after}
    record_event(schedule, EventVerb.WITHDRAW, actor=_SYSTEM, now=now, **details)
    return Alarm(schedule.rq_job_id, schedule.next_run_at)


def _position(schedule: ScheduledJob) -> dict[str, Any]:
    frontier = schedule.next_tick_at
    next_tick = frontier and frontier.isoformat()
    return {"next_tick_at": next_tick, "status": schedule.status}


def forget_trigger_node(node: WorkflowNode, *, now: datetime) -> None:
    """Before `node` is deleted: clear it from its schedules, as an update by the system.

    From then on each starts at the first trigger of its workflow that accepts it. Four
    queries, however many schedules there are. Raises `NodeInUse` for too many schedules.
    """
    rows = ScheduledJob.objects.locked().filter(trigger_node=node)
    schedules = list(rows.order_by("pk")[: MOST_AT_ONCE + 1])
    if len(schedules) > MOST_AT_ONCE:
        raise NodeInUse(
            f"More than {MOST_AT_ONCE} schedules start at the node “{node.node_id}”: give "
            "them another trigger_node first, or none."
        )
    locked = ScheduledJob.objects.filter(pk__in=[schedule.pk for schedule in schedules])
    locked.update(trigger_node=None, version=F("version") + 1, updated_at=now)
    code, note = ReasonCode.NODE_DELETED, NODE_DELETED
    # Paused and stopped schedules keep their reason.
    locked.filter(status=Status.ACTIVE).update(reason_code=code, status_reason=note)
    details: dict[str, Any] = {"reason_code": code, "note": note}
    details |= {"before": {"trigger_node": node.pk}, "after": {"trigger_node": None}}
    ScheduleEvent.objects.bulk_create(
        new_event(schedule, EventVerb.UPDATE, actor=_SYSTEM, now=now, **details)
        for schedule in schedules
    )


def _set_state(
    schedule: ScheduledJob, status: Status, code: str = ReasonCode.NONE, note: str = ""
) -> None:
    """Set status, reason and note together: none of them changes alone."""
    schedule.status, schedule.reason_code, schedule.status_reason = status, code, note


def _ended(code: str) -> tuple[Status, ReasonCode, str]:
    """The state of a schedule that has ended by its own rules."""
    return Status.STOPPED, ReasonCode(code), ReasonCode(code).label


def _end(schedule: ScheduledJob, code: str) -> None:
    """Stop a schedule by its own rules. Its ledger and the runs that have fired stay."""
    _set_state(schedule, *_ended(code))
    schedule.next_run_at = None


def _ended_event(
    schedule: ScheduledJob | DueSchedule, code: str, *, now: datetime
) -> ScheduleEvent:
    """The event, not yet saved, of a schedule that has ended by its own rules."""
    status, reason_code, note = _ended(code)
    details: dict[str, Any] = {"reason_code": reason_code, "note": note}
    details |= {"before": {"status": Status.ACTIVE}, "after": {"status": status}}
    return new_event(schedule, EventVerb.COMPLETE, actor=_SYSTEM, now=now, **details)


def _set_frontier(schedule: ScheduledJob, tick: datetime | None) -> None:
    """Set the frontier, and the time at which it fires. Only an active schedule has one."""
    schedule.next_tick_at, schedule.next_run_at = tick, None
    if schedule.status == Status.ACTIVE:
        schedule.next_run_at = next_run(rules_of(schedule), tick, early_ticks(schedule))


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
    schedule.save(update_fields=[*fields, *_STATE, "version", "updated_at"])
    record_event(schedule, verb, actor=actor, now=now, **what)
    alarms.set_on_commit(schedule)

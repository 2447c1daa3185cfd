"""Where a schedule stands, and each way in which it comes to stand elsewhere.

The only code that writes `status`, `reason_code`, `status_reason` and `next_run_at`. Each
function is one transition of a schedule whose row the caller's transaction holds: it writes
the row and the event, and the alarm follows once the transaction commits. Whether the
transition may be made was decided before, by the verbs and by `policy`.
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

NODE_DELETED = "Its trigger node was deleted: any trigger of its workflow that accepts it is started."
_STATE = ("status", "reason_code", "status_reason", "next_run_at")


class FrontierMoved(Exception):
    """Another scheduler has fired these ticks; the transaction is to be rolled back."""


class NewTiming(NamedTuple):
    """Where the ticks of a new timing begin: after `from_at`, with `tick`."""

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
) -> None:
    """Write a new schedule, whose first tick is `tick`: active, or paused if that `status`
    was asked for or an agent has `proposed` it."""
    after: dict[str, Any] = {}
    if proposed:
        note = f"proposed by an agent for {actor.name}"
        _become(schedule, Status.PAUSED, ReasonCode.PROPOSAL, note)
        schedule.awaits_approval, after = True, {"awaits_approval": True}
    elif status == Status.PAUSED:
        _become(schedule, Status.PAUSED, REASON_OF_ACTOR[actor.kind])
        after = {"status": Status.PAUSED}
    _place(schedule, tick)
    schedule.save(force_insert=True)
    epochs.open_first(schedule, now=now)
    why = {"reason_code": schedule.reason_code, "note": schedule.status_reason}
    after = snapshot(schedule) | after
    record_event(schedule, EventVerb.CREATE, actor=actor, now=now, after=after, **why)
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
    """Write an update: what has `changed`, and the snapshot from `before` it.

    `begins`: its timing has changed, and the epoch of the old one is closed. A schedule
    that had ended is active again: its failures are forgotten, what it has fired counts.
    """
    verb, before = EventVerb.UPDATE, {name: before[name] for name in changed}
    if schedule.status == Status.STOPPED:
        verb, schedule.consecutive_failures = EventVerb.REVIVE, 0
        before = {**before, "status": Status.STOPPED}
        changed = {**changed, "status": Status.ACTIVE}
        _become(schedule, Status.ACTIVE)
    elif schedule.reason_code == ReasonCode.NODE_DELETED and schedule.trigger_node_id:
        _become(schedule, Status.ACTIVE)
    if begins is not None:
        epochs.open_next(schedule, from_at=begins.from_at)
        _place(schedule, begins.tick)
    fields = (*changed, "next_tick_at", "epoch", "consecutive_failures")
    told = {"before": before, "after": changed}
    _write(schedule, verb, *fields, actor=actor, now=now, **told)


def pause(
    schedule: ScheduledJob,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    code: ReasonCode | None = None,
    failure_kind: str = "",
) -> None:
    """Nothing that was asked for before starts any more. `code`: why, if nobody's wish;
    `failure_kind`: that of the attempt after which it is paused."""
    before = {"status": schedule.status}
    withdrawn = ledger.withdraw_unstarted(schedule.id, Reason.PAUSED, now=now)
    code = code or REASON_OF_ACTOR[actor.kind]
    # Why it is paused was said before; only a person's word replaces that.
    if schedule.status != Status.PAUSED or (note and actor.kind != ActorKind.AGENT):
        why = ReasonCode.PROPOSAL if schedule.awaits_approval else code
        _become(schedule, Status.PAUSED, why, note)
    schedule.next_run_at = None
    after = {"status": Status.PAUSED, "runs_withdrawn": withdrawn}
    after |= {"failure_kind": failure_kind} if failure_kind else {}
    told = {"reason_code": code, "note": note, "before": before, "after": after}
    _write(schedule, EventVerb.PAUSE, actor=actor, now=now, **told)


def set_aside(schedule_id: UUID, error: Exception, *, now: datetime) -> None:
    """Pause an active schedule that cannot be fired, with the error as the reason: it would
    be due for ever. No more is read of its row than this writes: the rest may be broken."""
    note = f"It could not be fired: {type(error).__name__}: {error}"[:NOTE_LENGTH]
    with transaction.atomic():
        active = ScheduledJob.objects.locked().filter(status=Status.ACTIVE)
        row = active.filter(pk=schedule_id).only(*_PAUSED).first()
        if row is not None:
            code = ReasonCode.CANNOT_FIRE
            pause(row, actor=Actor.system(), now=now, note=note, code=code)


_PAUSED = ("name", "rq_job_id", "status", "awaits_approval", "version")


def resume(
    schedule: ScheduledJob,
    decision: Decision,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> None:
    """Active again, from where `decision` puts it; or ended, if no tick is left there."""
    approved = {"approved": True} if schedule.awaits_approval else {}
    passed = sum(row.tick_count for row in decision.rows)
    after = {"ticks_passed": passed, "ticks_caught_up": decision.fired}
    told = {
        "note": note,
        "before": {"status": schedule.status},
        "after": {"status": Status.ACTIVE, **approved, **after},
    }
    _become(schedule, Status.ACTIVE)
    schedule.awaits_approval = False
    schedule.next_tick_at = decision.frontier
    schedule.next_run_at = decision.next_run_at
    schedule.fired_count += decision.fired
    schedule.consecutive_failures = 0
    if decision.ended:
        _end(schedule, decision.ended)
    fields = ("awaits_approval", "fired_count", "consecutive_failures", "next_tick_at")
    _write(schedule, EventVerb.RESUME, *fields, actor=actor, now=now, **told)
    if decision.ended:  # after the event of the resuming that found it so
        _ended_event(schedule, decision.ended, now=now).save(force_insert=True)


def advance(
    decided: Sequence[tuple[DueSchedule, Decision]], *, now: datetime
) -> list[Alarm]:
    """Schedules that have fired move on from the nominal tick; those with none left end.

    One statement, and one for the events, however many they are. Returns the alarms, which
    the caller sets with its sends once it has committed. Raises `FrontierMoved`.
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
_ACTIVE = Status.ACTIVE.value  # a bare text: SQLite takes long to bind others


def _moved(schedule: DueSchedule, decision: Decision) -> tuple[Any, ...]:
    """The schedule as it was read, and where it stands now. (Only what is active is due.)"""
    state: tuple[str, ...] = _ACTIVE, schedule.reason_code, schedule.status_reason
    following, fired = decision.next_run_at, schedule.fired_count + decision.fired
    if decision.ended:
        state, following = _ended(decision.ended), None
    as_read = (schedule.id, schedule.epoch, schedule.next_tick_at)
    return (*as_read, decision.frontier, fired, *state, following)


def retime(schedule: ScheduledJob, begins: NewTiming, *, now: datetime) -> None:
    """Newer tzdata has moved its ticks; without any left an active schedule ends."""
    epochs.open_next(schedule, from_at=begins.from_at)
    _place(schedule, begins.tick)
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
    """What a clock that was ahead wrote is gone, and `place` is where the schedule stands
    without it (None: where it stood). `fields` have changed, too.

    Returns the alarm: many are set at once, when all have committed.
    """
    before = _standing(schedule)
    if place is not None:
        if schedule.status == Status.STOPPED and place.active:
            _become(schedule, Status.ACTIVE)
        active = schedule.status == Status.ACTIVE
        schedule.next_tick_at = place.frontier
        schedule.next_run_at = place.next_run_at if active else None
    schedule.save(update_fields=[*_STATE, "next_tick_at", *fields])
    after = {**_standing(schedule), **withdrawn}
    told = {"note": note, "before": before, "after": after}
    record_event(schedule, EventVerb.WITHDRAW, actor=Actor.system(), now=now, **told)
    return Alarm(schedule.rq_job_id, schedule.next_run_at)


def _standing(schedule: ScheduledJob) -> dict[str, Any]:
    frontier = schedule.next_tick_at
    told = frontier.isoformat() if frontier else None
    return {"next_tick_at": told, "status": schedule.status}


def forget_trigger_node(node: WorkflowNode, *, now: datetime) -> None:
    """Before `node` is deleted: its schedules lose it, as an update that the system makes.

    From then on they start at whichever trigger of their workflow accepts them. Four
    queries, however many they are. Raises `NodeInUse` if they are too many for that.
    """
    rows = ScheduledJob.objects.locked().filter(trigger_node=node)
    schedules = list(rows.order_by("pk")[: MOST_AT_ONCE + 1])
    if len(schedules) > MOST_AT_ONCE:
        raise NodeInUse(
            f"More than {MOST_AT_ONCE} schedules start at the node “{node.node_id}”: let "
            "them start elsewhere first."
        )
    held = ScheduledJob.objects.filter(pk__in=[schedule.pk for schedule in schedules])
    held.update(trigger_node=None, version=F("version") + 1, updated_at=now)
    code, note = ReasonCode.NODE_DELETED, NODE_DELETED
    # One that is paused or has ended goes on to say why it is.
    held.filter(status=Status.ACTIVE).update(reason_code=code, status_reason=note)
    told: dict[str, Any] = {"reason_code": code, "note": note}
    told |= {"before": {"trigger_node": node.pk}, "after": {"trigger_node": None}}
    ScheduleEvent.objects.bulk_create(
        new_event(schedule, EventVerb.UPDATE, actor=Actor.system(), now=now, **told)
        for schedule in schedules
    )


def _become(
    schedule: ScheduledJob,
    status: Status,
    code: ReasonCode = ReasonCode.NONE,
    why: str = "",
) -> None:
    """Status, code and sentence change together, or not at all."""
    schedule.status, schedule.reason_code, schedule.status_reason = status, code, why


def _ended(code: str) -> tuple[Status, ReasonCode, str]:
    """The state of a schedule that has come to its end by itself."""
    return Status.STOPPED, ReasonCode(code), ReasonCode(code).label


def _end(schedule: ScheduledJob, code: str) -> None:
    """Its row, its ledger and the runs that have fired stay."""
    _become(schedule, *_ended(code))
    schedule.next_run_at = None


def _ended_event(
    schedule: ScheduledJob | DueSchedule, code: str, *, now: datetime
) -> ScheduleEvent:
    """The event, not yet written, that says why a schedule came to its end."""
    status, reason_code, note = _ended(code)
    told: dict[str, Any] = {"reason_code": reason_code, "note": note}
    told |= {"before": {"status": Status.ACTIVE}, "after": {"status": status}}
    return new_event(
        schedule, EventVerb.COMPLETE, actor=Actor.system(), now=now, **told
    )


def _place(schedule: ScheduledJob, tick: datetime | None) -> None:
    """The frontier, and when it fires; only an active schedule has a next run."""
    schedule.next_tick_at, schedule.next_run_at = tick, None
    if schedule.status == Status.ACTIVE:
        early = early_ticks(schedule)
        schedule.next_run_at = next_run(rules_of(schedule), tick, early)


def _write(
    schedule: ScheduledJob,
    verb: EventVerb,
    *fields: str,
    actor: Actor,
    now: datetime,
    **what: Any,
) -> None:
    """The end of every transition that is a verb: the row (the named fields and no others;
    a verb moves the version on), the event, the alarm."""
    schedule.version += 1
    schedule.updated_at = now
    schedule.save(update_fields=[*fields, *_STATE, "version", "updated_at"])
    record_event(schedule, verb, actor=actor, now=now, **what)
    alarms.set_on_commit(schedule)

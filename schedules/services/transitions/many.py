"""The same transition of many schedules at once: one statement for the rows, one for the
events, and the alarms for the caller to set once it has committed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import F

from schedules.exceptions import NodeInUse
from schedules.limits import MOST_AT_ONCE
from schedules.models import (
    EventVerb,
    ReasonCode,
    ScheduledJob,
    ScheduleEvent,
    Status,
)
from schedules.policy.types import Decision
from schedules.rq.messages import Alarm
from schedules.services.actor import Actor
from schedules.services.drafts.snapshot import snapshot
from schedules.services.due import DueSchedule
from schedules.services.epochs import epochs
from schedules.services.events import new_event
from schedules.services.ledger.bulk_sql import insert_rows, update_rows
from schedules.services.transitions.state import (
    STATE,
    SYSTEM,
    NewTiming,
    edited,
    ended,
    ended_event,
    set_frontier,
)
from workflows.models import WorkflowNode

NODE_DELETED = (
    "Its trigger node has been deleted: it now starts at the first trigger of its workflow "
    "that accepts it."
)


class FrontierMoved(Exception):
    """Another scheduler has fired these ticks: the transaction must be rolled back."""


class Edit(NamedTuple):
    """An update of one of many schedules: as the arguments of `edit`."""

    schedule: ScheduledJob
    before: Mapping[str, Any]
    changed: Mapping[str, Any]
    begins: NewTiming | None


_COLUMNS = [field.name for field in ScheduledJob._meta.concrete_fields]
_VALUES = [field.attname for field in ScheduledJob._meta.concrete_fields]
_WORKFLOW = _COLUMNS.index("workflow")
_ATTNAMES = dict(zip(_COLUMNS, _VALUES, strict=True))
_EVENT_FIELDS = [
    field for field in ScheduleEvent._meta.concrete_fields if not field.primary_key
]
_EVENT_COLUMNS = [field.name for field in _EVENT_FIELDS]
_EVENT_VALUES = [field.attname for field in _EVENT_FIELDS]
_EVENT_PLACES = {name: place for place, name in enumerate(_EVENT_VALUES)}
_values = itemgetter(*_VALUES)


class Beginnings(NamedTuple):
    """New schedules as rows of their tables, with their alarms."""

    new: list[ScheduledJob]
    schedules: list[list[Any]]
    epochs: list[epochs.Opened]
    events: list[list[Any]]
    alarms: list[Alarm]


def beginnings(
    new: Iterable[tuple[ScheduledJob, datetime | None, Mapping[str, Any]]],
    *,
    actor: Actor,
    now: datetime,
    note: str,
) -> Beginnings:
    """New active schedules, each with its first tick and what its event tells. Nothing is
    written yet, so that the rows are ready when the transaction begins."""
    made = Beginnings([], [], [], [], [])
    event: list[Any] = []
    for schedule, tick, told in new:
        set_frontier(schedule, tick)
        if not event:  # the others differ in three columns only
            verb = EventVerb.CREATE
            first = new_event(schedule, verb, actor=actor, now=now, note=note)
            event = _event_row(first)
        made.new.append(schedule)
        made.schedules.append([*_values(vars(schedule))])
        made.epochs.append(epochs.opened(schedule, told, from_at=now))
        own = {"schedule_id": schedule.pk, "schedule_name": schedule.name}
        made.events.append(_with(event, {**own, "after": told}))
        made.alarms.append(Alarm(schedule.rq_job_id, schedule.next_run_at))
    return made


def _event_row(event: ScheduleEvent) -> list[Any]:
    return [getattr(event, name) for name in _EVENT_VALUES]


def _with(event: Sequence[Any], values: Mapping[str, Any]) -> list[Any]:
    row = [*event]
    for name, value in values.items():
        row[_EVENT_PLACES[name]] = value
    return row


def begin_all(made: Beginnings) -> None:
    """Save them. Raises `IntegrityError` if one of their keys is taken."""
    for schedule, row in zip(made.new, made.schedules, strict=True):
        if schedule.call:  # the system makes its workflow in the same transaction
            row[_WORKFLOW] = schedule.workflow_id
    insert_rows(ScheduledJob, fields=_COLUMNS, rows=made.schedules)
    epochs.save_opened(made.epochs)
    insert_rows(ScheduleEvent, fields=_EVENT_COLUMNS, rows=made.events)


def edit_all(
    edits: Sequence[Edit], *columns: str, actor: Actor, now: datetime, note: str
) -> list[Alarm]:
    """Save updates as `edit` does, and `columns` besides the changed fields."""
    events = [_edit(each, actor=actor, now=now, note=note) for each in edits]
    for opens in (True, False):
        some = [each for each in edits if (each.begins is not None) == opens]
        _save(some, columns, opens=opens)
    rows = [_event_row(event) for event in events]
    insert_rows(ScheduleEvent, fields=_EVENT_COLUMNS, rows=rows)
    return [Alarm(each.schedule.rq_job_id, each.schedule.next_run_at) for each in edits]


def _edit(edit: Edit, *, actor: Actor, now: datetime, note: str) -> ScheduleEvent:
    """Set the new state, and return the event, not yet saved."""
    schedule = edit.schedule
    verb, details = edited(schedule, edit.before, edit.changed)
    if edit.begins is not None:
        schedule.epoch += 1
        set_frontier(schedule, edit.begins.tick)
    schedule.version += 1
    schedule.updated_at = now
    return new_event(schedule, verb, actor=actor, now=now, note=note, **details)


def _save(edits: Sequence[Edit], columns: Sequence[str], *, opens: bool) -> None:
    """Save the columns that have changed in one of the schedules; `opens`: they have got a
    new timing, and with it an epoch."""
    if not edits:
        return
    changed = {name for each in edits for name in each.changed}
    moved = ("next_tick_at", "epoch", "consecutive_failures") if opens else ()
    names = sorted(changed | {*columns, *STATE, *moved, "version", "updated_at"})
    attnames = [_ATTNAMES[name] for name in names]
    rows = [
        (each.schedule.pk, *(getattr(each.schedule, name) for name in attnames))
        for each in edits
    ]
    update_rows(ScheduledJob, match=["id"], change=names, rows=rows)
    epochs.save_opened(
        epochs.opened(
            each.schedule, snapshot(each.schedule), from_at=each.begins.from_at
        )
        for each in edits
        if each.begins
    )


def advance(
    decided: Sequence[tuple[DueSchedule, Decision]], *, now: datetime
) -> list[Alarm]:
    """Move fired schedules on from their nominal tick; those with no tick left end.

    A statement for those that go on, one for those that end and one for the events, however
    many there are. Returns
    the alarms, which the caller sets once it has committed. Raises `FrontierMoved` if one of
    the schedules has changed since it was read.
    """
    going = [_moved(*each) for each in decided if not each[1].ended]
    ending = [_ended(*each) for each in decided if each[1].ended]
    moved = update_rows(ScheduledJob, match=_AS_READ, change=_MOVED, rows=going)
    moved += update_rows(ScheduledJob, match=_AS_READ, change=_ENDED, rows=ending)
    if moved != len(decided):
        raise FrontierMoved
    ScheduleEvent.objects.bulk_create(
        ended_event(schedule, decision.ended, now=now)
        for schedule, decision in decided
        if decision.ended
    )
    return [
        Alarm(schedule.rq_job_id, None if decision.ended else decision.next_run_at)
        for schedule, decision in decided
    ]


_AS_READ = ("id", "epoch", "next_tick_at")
_MOVED = ("next_tick_at", "fired_count", "next_run_at")
_ENDED = ("next_tick_at", "fired_count", *STATE)


def _moved(schedule: DueSchedule, decision: Decision) -> tuple[Any, ...]:
    """The schedule's values as they were read, and the new ones. It stays active, and its
    state is not written: SQLite would check it, which takes longer than all else."""
    as_read = (schedule.id, schedule.epoch, schedule.next_tick_at)
    fired = schedule.fired_count + decision.fired
    return (*as_read, decision.frontier, fired, decision.next_run_at)


def _ended(schedule: DueSchedule, decision: Decision) -> tuple[Any, ...]:
    """The same for one that ends by its own rules."""
    as_read = (schedule.id, schedule.epoch, schedule.next_tick_at)
    fired = schedule.fired_count + decision.fired
    return (*as_read, decision.frontier, fired, *ended(decision.ended), None)


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
        new_event(schedule, EventVerb.UPDATE, actor=SYSTEM, now=now, **details)
        for schedule in schedules
    )

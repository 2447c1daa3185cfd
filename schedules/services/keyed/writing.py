"""Writing what was planned, in few statements and short transactions."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db import IntegrityError, connection, transaction

from schedules.models import ScheduledJob
from schedules.rq.messages import Alarm, alarm_id
from schedules.services import alarms, transitions
from schedules.services.access import lock_all_workflows, workflows_in
from schedules.services.actor import Actor
from schedules.services.clocks.withdrawing import withdraw_ahead
from schedules.services.drafts.calls import attach_workflows
from schedules.services.epochs.closing import Closing
from schedules.services.keyed.planning import TIMING, Plan, Planner
from schedules.services.ledger.bulk_sql import update_rows
from schedules.services.runs.waiting import release_waiting
from schedules.services.transitions import Beginnings, Edit
from schedules.services.update import MAKES_ROOM, new_timings, rules_unless_broken
from workflows.kit.sqlite_write_lock import brief_write
from workflows.services import remove_unused

# Written in one transaction, unless the caller has begun one: at most, and the first time on
# SQLite, where nobody else can write for as long as a transaction should take.
SLICE, FIRST_SLICE = 500, 100
SLICE_SECONDS = 0.08
# How long it is free in between, as between two batches of the scheduler.
PAUSE_SECONDS = 0.03
# How often it is tried to write what others have written meanwhile, under the same keys.
TRIES = 5


@dataclass(slots=True)
class Writer:
    """Writes plans, and makes those anew whose rows have changed since."""

    planner: Planner
    actor: Actor
    now: datetime
    note: str
    _size: int = 0

    def write(self, plans: Iterable[Plan]) -> Iterator[Plan]:
        """Carry out the plans, and yield them as they were carried out.

        In the order of the keys, in which all callers lock, so that no two can deadlock.
        """
        todo = sorted(plans, key=lambda each: each.wanted.key)
        _order_ids([each.draft for each in todo if each.outcome == "created"])
        if todo and connection.in_atomic_block:
            done, moved = self._written(todo)
            alarms.set_all_on_commit(moved)
            yield from done
            return
        self._size = FIRST_SLICE if connection.vendor == "sqlite" else SLICE
        while todo:
            some, todo = todo[: self._size], todo[self._size :]
            done, moved = self._written(some)
            alarms.set_all(moved)
            yield from done

    def _written(self, plans: Sequence[Plan]) -> tuple[Sequence[Plan], list[Alarm]]:
        """Write some in one transaction. Returns them, and the alarms for afterwards."""
        made = self._made(plans)
        # New keys need no look at first: the database refuses a second row.
        keys = [each.wanted.key for each in plans if each.row]
        for left in reversed(range(TRIES)):
            try:
                with _turn():
                    began = time.monotonic()
                    with transaction.atomic():
                        written = self._write(plans, made, keys)
                    self._resize(len(plans), time.monotonic() - began)
                return written
            except IntegrityError:
                # Another transaction has taken one of the keys, whose row is now visible.
                if not left:
                    raise
                keys = [each.wanted.key for each in plans]
        raise AssertionError

    def _resize(self, written: int, seconds: float) -> None:
        """Make the next slice as large as its time allows, on a machine as busy as it is."""
        if connection.vendor == "sqlite":
            could = int(written * SLICE_SECONDS / max(seconds, 0.001))
            self._size = max(FIRST_SLICE, min(SLICE, could))

    def _made(self, plans: Iterable[Plan]) -> Beginnings:
        return transitions.beginnings(
            (
                (each.draft, each.tick, each.changed | each.wanted.told)
                for each in plans
                if each.outcome == "created"
            ),
            actor=self.actor,
            now=self.now,
            note=self.note,
        )

    def _write(
        self, plans: Sequence[Plan], made: Beginnings, keys: Sequence[str]
    ) -> tuple[Sequence[Plan], list[Alarm]]:
        self._lock_workflows(plans)
        self._attach(plans)
        rows = self._locked(keys)
        if not all(_is_current(each, rows.get(each.wanted.key)) for each in plans):
            self.planner = self.planner.anew()
            plans = [self._current(each, rows.get(each.wanted.key)) for each in plans]
            self._attach(plans)
            made = self._made(plans)
        transitions.begin_all(made)
        changed = [each for each in plans if each.outcome in ("changed", "revived")]
        moved = made.alarms + self._edit(changed, rows)
        _remember([each for each in plans if each.outcome == "unchanged"])
        return plans, moved

    def _lock_workflows(self, plans: Sequence[Plan]) -> None:
        """Before the schedules, in the order of all verbs."""
        lock_all_workflows(
            {pk for each in plans for pk in workflows_in(each.wanted.fields)},
            of=[each.row.pk for each in plans if each.row],
            calls={each.draft.call for each in plans if each.draft.call},
            owners={each.wanted.owner.pk for each in plans},
        )

    def _attach(self, plans: Sequence[Plan]) -> None:
        """Have the system make the workflows of new calls."""
        attach_workflows(
            [each.draft for each in plans if each.outcome == "created" or each.calls],
            now=self.now,
        )

    def _locked(self, keys: Sequence[str]) -> dict[str, ScheduledJob]:
        if not keys:
            return {}
        rows = ScheduledJob.objects.locked().filter(key__in=keys).order_by("key")
        found = {str(row.key): row for row in rows}
        for row in found.values():
            withdraw_ahead(row, now=self.now)
        return found

    def _current(self, planned: Plan, row: ScheduledJob | None) -> Plan:
        is_current = _is_current(planned, row)
        return planned if is_current else self.planner.plan(planned.wanted, row)

    def _edit(
        self, plans: Sequence[Plan], rows: Mapping[str, ScheduledJob]
    ) -> list[Alarm]:
        if not plans:
            return []
        had = {rows[each.wanted.key].workflow_id for each in plans}
        edits = list(self._edits(plans, rows))
        moved = transitions.edit_all(
            edits,
            *("upserted", "workflow"),
            actor=self.actor,
            now=self.now,
            note=self.note,
        )
        if left := had - {schedule.workflow_id for schedule, *_ in edits}:
            remove_unused(left, now=self.now)
        for schedule, _, changed, _ in edits:
            if MAKES_ROOM & changed.keys():
                release_waiting(schedule, now=self.now)
        return moved

    def _edits(
        self, plans: Sequence[Plan], rows: Mapping[str, ScheduledJob]
    ) -> Iterator[Edit]:
        """The updates of the locked rows, which may have fired since they were planned."""
        closings: list[Closing] = []
        for each in plans:
            row = rows[each.wanted.key]
            if TIMING & each.changed.keys():
                closings.append(Closing(row, rules_unless_broken(row)))
            for name in (*each.changed, "upserted"):
                setattr(row, name, getattr(each.draft, name))
            if each.calls:
                row.workflow_id = each.draft.workflow_id
            each.row = row
        begun = new_timings(closings, now=self.now) if closings else []
        by_key = dict(zip((row.key for row, _ in closings), begun, strict=True))
        for each in plans:
            row = rows[each.wanted.key]
            yield Edit(row, each.before, each.changed, by_key.get(row.key))


def _order_ids(new: Sequence[ScheduledJob]) -> None:
    """Put the ids of new schedules into the order in which they are written. A slice then
    fills neighbouring pages of the indexes, instead of a part of every page."""
    ids = sorted((schedule.id for schedule in new), key=attrgetter("int"))
    for schedule, id_ in zip(new, ids, strict=True):
        schedule.id, schedule.rq_job_id = id_, alarm_id(id_)


def _turn() -> AbstractContextManager[None]:
    """A turn at SQLite's write lock, unless the caller's transaction has it already."""
    return nullcontext() if connection.in_atomic_block else brief_write(PAUSE_SECONDS)


def _is_current(planned: Plan, row: ScheduledJob | None) -> bool:
    """Whether the row is as it was when it was planned."""
    was = planned.row
    if was is None or row is None:
        return was is row
    return _state(was) == _state(row)


def _state(row: ScheduledJob) -> tuple[object, ...]:
    return row.pk, row.version, row.status, row.upserted


def _remember(plans: Iterable[Plan]) -> None:
    """Save what was upserted, of schedules that are as it wants them already."""
    rows = [(each.draft.pk, each.draft.upserted) for each in plans if each.remembers]
    update_rows(ScheduledJob, match=["id"], change=["upserted"], rows=rows)

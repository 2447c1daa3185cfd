"""Writing what was planned, in one transaction and few statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from schedules.models import ScheduledJob
from schedules.services import alarms, transitions
from schedules.services.access import lock_all_workflows, workflows_in
from schedules.services.actor import Actor
from schedules.services.clocks.withdrawing import withdraw_ahead
from schedules.services.keyed.planning import TIMING, Plan, plan
from schedules.services.ledger.bulk_sql import update_rows
from schedules.services.runs.waiting import release_waiting
from schedules.services.transitions import Edit
from schedules.services.update import MAKES_ROOM, new_timing, rules_unless_broken

# How often it is tried to write what others have written meanwhile, under the same keys.
TRIES = 5
# What the event of a new schedule tells besides the fields.
TOLD = ("key", "object_model", "object_id", "when_object_gone")


def write(
    plans: Sequence[Plan], *, actor: Actor, now: datetime, note: str, force: bool
) -> list[Plan]:
    """Carry out the plans. Returns them as they were carried out: those whose rows have
    changed since they were made are made anew."""
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return _write(plans, actor=actor, now=now, note=note, force=force)
        except IntegrityError:
            # Another transaction has taken one of the keys, whose row is now visible.
            if not left:
                raise
    raise AssertionError


def _write(
    plans: Sequence[Plan], *, actor: Actor, now: datetime, note: str, force: bool
) -> list[Plan]:
    workflows = {pk for each in plans for pk in workflows_in(each.wanted.fields)}
    lock_all_workflows(workflows, of=[each.row.pk for each in plans if each.row])
    rows = _locked([each.wanted.key for each in plans], now=now)
    current = [
        each
        if _is_current(each, row := rows.get(each.wanted.key))
        else plan(each.wanted, row, force=force, now=now)
        for each in plans
    ]
    new = [(each.draft, each.tick) for each in current if each.outcome == "created"]
    moved = transitions.begin_all(new, told=TOLD, actor=actor, now=now, note=note)
    changes = [
        _edit(each, rows[each.wanted.key], now=now)
        for each in current
        if each.outcome in ("changed", "revived")
    ]
    moved += transitions.edit_all(changes, "upserted", actor=actor, now=now, note=note)
    for schedule, _, changed, _ in changes:
        if MAKES_ROOM & changed.keys():
            release_waiting(schedule, now=now)
    _remember([each for each in current if each.outcome == "unchanged"])
    alarms.set_all_on_commit(moved)
    return current


def _locked(keys: Sequence[str], *, now: datetime) -> dict[str, ScheduledJob]:
    """The rows with these keys. All callers lock them in this order: no two can deadlock."""
    rows = ScheduledJob.objects.locked().filter(key__in=keys).order_by("key")
    found = {str(row.key): row for row in rows}
    for row in found.values():
        withdraw_ahead(row, now=now)
    return found


def _is_current(planned: Plan, row: ScheduledJob | None) -> bool:
    """Whether the row is as it was when it was planned."""
    was = planned.row
    if was is None or row is None:
        return was is row
    return _state(was) == _state(row)


def _state(row: ScheduledJob) -> tuple[object, ...]:
    return row.pk, row.version, row.status, row.upserted


def _edit(planned: Plan, row: ScheduledJob, *, now: datetime) -> Edit:
    """The update of the locked row, which may have fired since it was planned."""
    old_rules = rules_unless_broken(row)
    for name in (*planned.changed, "upserted"):
        setattr(row, name, getattr(planned.draft, name))
    planned.row = row
    begins = None
    if TIMING & planned.changed.keys():
        begins = new_timing(row, row.timing, old_rules, now=now)
    return Edit(row, planned.before, planned.changed, begins)


def _remember(plans: Sequence[Plan]) -> None:
    """Save what was upserted, of schedules that are as it wants them already."""
    rows = [(each.draft.pk, each.draft.upserted) for each in plans if each.remembers]
    update_rows(ScheduledJob, match=["id"], change=["upserted"], rows=rows)

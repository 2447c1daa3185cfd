"""A bulk action from the question to the end: asked for, confirmed, carried out in slices.

Each schedule has a transaction of its own, in which the verb acts, its outcome is written
and the place moves on. So a process that is killed has done the one before, or this one, and
never half of it; and the row of the action, locked meanwhile, lets two pages that carry it
on take turns. Neither worker nor scheduler is needed.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from schedules import limits
from schedules.models import (
    BulkAction,
    BulkItem,
    BulkOutcome,
    ScheduledJob,
    ScheduleQuerySet,
)
from schedules.services.actor import Actor
from schedules.services.bulk_actions.verbs import Call, Did, act_on, check_inputs
from workflows.kit.bulk import Outcome, attempt
from workflows.kit.errors import InvalidInput, NotFound, Unavailable
from workflows.kit.sqlite_write_lock import brief_write

if TYPE_CHECKING:
    from workflows.kit.users import User

# Unconfirmed ones that a user may have; older ones go.
DRAFTS_KEPT = 20
# A longer query string is not kept: the way back leads to the whole list.
LONGEST_QUERY = 2_000
# A slice ends after this time: an answer must not take long.
SLICE_SECONDS = 1.0
SLICE_ITEMS = 100
# Up to 500 are carried out by the request that confirms them.
AT_ONCE_SECONDS = 20.0


def ask(
    verb: str,
    chosen: ScheduleQuerySet,
    *,
    user: User,
    now: datetime,
    query: str = "",
    is_all: bool = False,
) -> BulkAction:
    """A new bulk action on the `chosen` schedules, which is not confirmed yet.

    Raises `InvalidInput` for none of them, or for too many.
    """
    most = limits.MOST_IN_BULK_ACTION
    ids = list(chosen.values_list("pk", flat=True)[: most + 1])
    if not ids:
        raise InvalidInput("None of these schedules is there any more.")
    if len(ids) > most:
        raise InvalidInput(
            f"At most {most:,} schedules at once: nothing was done. Narrow the filters "
            "down."
        )
    drafts = BulkAction.objects.filter(user=user, confirmed_at=None)
    kept = list(drafts.values_list("pk", flat=True)[: DRAFTS_KEPT - 1])
    with brief_write(), transaction.atomic():
        drafts.exclude(pk__in=kept).delete()
        return BulkAction.objects.create(
            user=user,
            verb=verb,
            ids=[each.hex for each in ids],
            total=len(ids),
            query=query if len(query) <= LONGEST_QUERY else "",
            is_all_of_query=is_all,
            created_at=now,
            changed_at=now,
        )


def confirm(
    action: BulkAction, *, note: str, options: Mapping[str, Any], now: datetime
) -> bool:
    """Fix the inputs; False if it was confirmed before, by a second click.

    Raises `InvalidSchedule` for inputs that no schedule would take.
    """
    check_inputs(action.verb, note, options)
    inputs = {"note": note, "options": dict(options)}
    times = {"confirmed_at": now, "changed_at": now}
    drafts = BulkAction.objects.filter(pk=action.pk, confirmed_at=None)
    return drafts.update(**inputs, **times) == 1


def is_small(action: BulkAction) -> bool:
    """Whether the request that confirms it carries it out."""
    return action.total <= limits.MOST_AT_ONCE


def carry_out_at_once(action: BulkAction, *, actor: Actor, now: datetime) -> None:
    """Carry out a small one. What takes too long is left for slices."""
    most = limits.MOST_AT_ONCE
    _carry_on(action, actor=actor, now=now, most=most, seconds=AT_ONCE_SECONDS)


def carry_on(action: BulkAction, *, actor: Actor, now: datetime) -> None:
    """Carry out the next slice, as far as it comes in a second.

    Rights are those that the actor has now. Raises `Unavailable` if the database is away or
    too busy: what was done stays, and the next slice goes on there.
    """
    _carry_on(action, actor=actor, now=now, most=SLICE_ITEMS, seconds=SLICE_SECONDS)


def _carry_on(
    action: BulkAction, *, actor: Actor, now: datetime, most: int, seconds: float
) -> None:
    until = time.monotonic() + seconds
    if action.confirmed_at is None:
        return
    for _ in range(most):
        if not _carry_on_by_one(action, actor, now) or time.monotonic() >= until:
            return


def _carry_on_by_one(action: BulkAction, actor: Actor, now: datetime) -> bool:
    """The schedule at the current place; False if none is left."""
    with brief_write(), transaction.atomic():
        held = _locked(action)
        if held is None or not held.is_unfinished:
            return False
        schedule_id = UUID(action.ids[held.place])
        call = Call(schedule_id, held, actor, now)
        before = _name_and_version(schedule_id)
        outcome = attempt(call, _act)
        if isinstance(outcome.refusal, Unavailable):
            raise outcome.refusal
        item = _item(outcome, before)
        item.save(force_insert=True)
        _move_on(held, item.outcome, now)
    return True


def _item(outcome: Outcome[Call, Did], before: tuple[str, int] | None) -> BulkItem:
    """What came of it, not yet saved; `before`: the name and the version until then."""
    call, did = outcome.item, outcome.result or Did()
    name, version = before or ("", None)
    item = BulkItem(
        action=call.action,
        place=call.action.place,
        schedule_id=call.schedule_id,
        schedule_name=name,
        outcome=BulkOutcome.DONE,
        run_id=did.run_id,
    )
    if isinstance(outcome.refusal, NotFound):
        item.schedule_name = ""  # it is gone, or may not be seen any more
    if outcome.refusal:
        item.outcome = BulkOutcome.REFUSED
        item.reason = outcome.refusal.in_full[: limits.NOTE_LENGTH]
    elif did.version is not None and did.version == version:
        item.outcome = BulkOutcome.UNCHANGED
    return item


def _act(call: Call) -> Did:
    """A refusal undoes what the verb has done, and nothing else."""
    with transaction.atomic():
        return act_on(call)


def _locked(action: BulkAction) -> BulkAction | None:
    """Its present state, locked before any schedule: nothing else locks it."""
    rows = BulkAction.objects.select_for_update(no_key=True).defer("ids")
    return rows.filter(pk=action.pk).first()


def _name_and_version(schedule_id: UUID) -> tuple[str, int] | None:
    row = ScheduledJob.objects.filter(pk=schedule_id)
    return row.values_list("name", "version").first()


def _move_on(held: BulkAction, outcome: str, now: datetime) -> None:
    counter = f"{outcome}_count"
    setattr(held, counter, getattr(held, counter) + 1)
    held.place += 1
    held.changed_at = now
    held.finished_at = now if held.rest == 0 else None
    held.save(update_fields=[counter, "place", "changed_at", "finished_at"])


def leave_rest(action: BulkAction, *, now: datetime) -> bool:
    """End it where it is; False if it had ended."""
    unfinished = BulkAction.objects.filter(
        pk=action.pk, confirmed_at__isnull=False, finished_at=None
    )
    return unfinished.update(finished_at=now, changed_at=now) == 1

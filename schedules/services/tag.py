"""Tag: add tags to a schedule and remove others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob
from schedules.services import transitions
from schedules.services.access import locked_schedule, refuse_stopped
from schedules.services.actor import Actor
from schedules.services.drafts.snapshot import changes, snapshot
from schedules.services.drafts.validation import check_note, tag_problems


def tag_schedule(
    schedule_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    add_tags: Sequence[str] = (),
    remove_tags: Sequence[str] = (),
    note: str = "",
) -> ScheduledJob:
    """Add and remove tags; the others stay, in their order. Idempotent.

    Raises `ScheduleStopped` for a stopped schedule, `InvalidSchedule` for tags that are not
    valid or more than a schedule may have.
    """
    check_note(note)
    check_tags(add_tags, remove_tags)
    with transaction.atomic():
        schedule = locked_schedule(schedule_id, actor=actor, now=now)
        refuse_stopped(schedule, "tagged")
        before = snapshot(schedule)
        schedule.tags = tags_after(schedule.tags, add_tags, remove_tags)
        changed = changes(before, snapshot(schedule))
        if changed:
            _refuse_invalid("add_tags", schedule.tags)
            transitions.edit(
                schedule, before, changed, None, actor=actor, now=now, note=note
            )
    return schedule


def tags_after(
    tags: Sequence[str], add: Sequence[str], remove: Sequence[str]
) -> list[str]:
    """`tags` without those to remove, then those to add that are not among them."""
    kept = [tag for tag in tags if tag not in remove]
    return [*kept, *(tag for tag in dict.fromkeys(add) if tag not in kept)]


def check_tags(add: Sequence[str], remove: Sequence[str]) -> None:
    """Raises `InvalidSchedule` unless these tags can be added and removed together."""
    _refuse_invalid("add_tags", add)
    _refuse_invalid("remove_tags", remove)
    if both := [tag for tag in add if tag in remove]:
        why = f"“{both[0]}” is also among the tags to remove."
        raise InvalidSchedule(errors={"add_tags": [why]})
    if not (add or remove):
        raise InvalidSchedule(errors={"add_tags": ["Give a tag to add or to remove."]})


def _refuse_invalid(field: str, tags: Sequence[str]) -> None:
    if problems := list(tag_problems(tags)):
        raise InvalidSchedule(errors={field: problems})

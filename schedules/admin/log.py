"""Django's own log of actions gets a line for each event of a person, whatever the door."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION
from django.db.models import Model
from django.db.models.signals import post_save
from django.dispatch import receiver

from schedules.models import ActorKind, EventVerb, ScheduledJob, ScheduleEvent
from workflows.admin.log import add_line

if TYPE_CHECKING:
    from workflows.kit.users import User

FLAGS = {
    EventVerb.CREATE: ADDITION,
    EventVerb.STOP: DELETION,
    EventVerb.DECLINE: DELETION,
}
PAST = {
    EventVerb.CREATE: "Added.",
    EventVerb.PAUSE: "Paused.",
    EventVerb.RESUME: "Resumed.",
    EventVerb.APPROVE: "Approved.",
    EventVerb.DECLINE: "Declined.",
    EventVerb.RUN: "Run now.",
    EventVerb.BACKFILL: "Backfilled.",
    EventVerb.STOP: "Deleted.",
}
# With the fields that changed.
EDITS = {EventVerb.UPDATE: "Changed", EventVerb.REVIVE: "Revived by changing"}


@receiver(post_save, sender=ScheduleEvent)
def log_event(instance: ScheduleEvent, created: bool, **kwargs: Any) -> None:  # noqa: FBT001
    """In the transaction of the verb. Agents and the site are no users of the admin."""
    if not created or instance.actor_kind != ActorKind.USER or not instance.actor_id:
        return
    add_line(
        instance.actor_id,
        (ScheduledJob, instance.schedule_id, instance.schedule_name),
        FLAGS.get(EventVerb(instance.verb), CHANGE),
        _message(instance),
        at=instance.created_at,
    )


def log_change(user: User, row: Model, fields: Sequence[str], *, at: datetime) -> None:
    """Log that a user has changed these fields of a row that has no audit trail."""
    message = json.dumps([{"changed": {"fields": list(fields)}}])
    add_line(user.pk, (type(row), row.pk, str(row)), CHANGE, message, at=at)


def _message(event: ScheduleEvent) -> str:
    verb = EventVerb(event.verb)
    if verb in EDITS:
        fields = ", ".join(name.replace("_", " ") for name in event.after)
        text = f"{EDITS[verb]} {fields}."
    else:
        text = PAST.get(verb, f"{verb.label}.")
    return f"{text} {event.note}".rstrip()

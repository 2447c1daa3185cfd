"""Django's own log of actions gets a line for each event of a person, whatever the door."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.db.models.signals import post_save
from django.dispatch import receiver

from schedules.models import ActorKind, EventVerb, ScheduledJob, ScheduleEvent

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
    schedules = ContentType.objects.get_for_model(ScheduledJob)
    LogEntry.objects.create(
        user_id=instance.actor_id,
        content_type=schedules,
        object_id=str(instance.schedule_id),
        object_repr=instance.schedule_name,
        action_flag=FLAGS.get(EventVerb(instance.verb), CHANGE),
        change_message=_message(instance),
        action_time=instance.created_at,
    )


def log_change(user: User, row: Model, fields: Sequence[str]) -> None:
    """Log that a user has changed these fields of a row that has no audit trail."""
    LogEntry.objects.create(
        user_id=user.pk,
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        object_repr=str(row)[:200],
        action_flag=CHANGE,
        change_message=json.dumps([{"changed": {"fields": list(fields)}}]),
    )


def _message(event: ScheduleEvent) -> str:
    verb = EventVerb(event.verb)
    if verb in EDITS:
        fields = ", ".join(name.replace("_", " ") for name in event.after)
        text = f"{EDITS[verb]} {fields}."
    else:
        text = PAST.get(verb, f"{verb.label}.")
    return f"{text} {event.note}".rstrip()

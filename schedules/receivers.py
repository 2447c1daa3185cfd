"""When the deletion of a workflow or of a user takes schedules along."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone

from schedules.models import ScheduledJob
from schedules.services.actor import Actor
from schedules.services.stopping import withdraw_locked


@receiver(pre_delete, sender=ScheduledJob)
def withdraw_with_owner(instance: ScheduledJob, origin: object, **kwargs: Any) -> None:
    """Do for a cascade what `stop_schedule` does itself: runs, event, alarm."""
    if origin is instance:
        return
    withdraw_locked(
        instance,
        actor=Actor.system(),
        now=timezone.now(),  # noqa: TID251 an entry point: nobody hands a cascade the time
        note="Deleted together with its workflow or its owner.",
    )

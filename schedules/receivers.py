"""When a change elsewhere concerns schedules: a deletion takes them along, or the node that
one of them starts at; or a workflow would no longer be started by them."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone

from schedules.models import ScheduledJob
from schedules.services.actor import Actor
from schedules.services.lifecycle import forget_trigger_node
from schedules.services.starting import keep_startable
from schedules.services.stopping import withdraw_locked
from workflows.guards import register_guard
from workflows.models import WorkflowNode

register_guard(keep_startable)


@receiver(pre_delete, sender=ScheduledJob)
def withdraw_with_owner(instance: ScheduledJob, origin: object, **kwargs: Any) -> None:
    """Do for a cascade what `stop_schedule` does itself: runs, event, alarm."""
    if origin is instance:
        return
    # Held from here on: nothing can fire between the withdrawal and the deletion.
    ScheduledJob.objects.select_for_update(no_key=True).filter(pk=instance.pk).first()
    withdraw_locked(
        instance,
        actor=Actor.system(),
        now=timezone.now(),  # noqa: TID251 an entry point: nobody hands a cascade the time
        note="Deleted together with its workflow or its owner.",
    )


@receiver(pre_delete, sender=WorkflowNode)
def say_so(instance: WorkflowNode, origin: object, **kwargs: Any) -> None:
    """The schedules that start at the node stay, and their history says what happened."""
    alone = isinstance(origin, WorkflowNode) or (
        getattr(origin, "model", None) is WorkflowNode
    )
    if alone:  # else its workflow goes, and the schedules with it
        forget_trigger_node(
            instance,
            now=timezone.now(),  # noqa: TID251 an entry point, as above
        )

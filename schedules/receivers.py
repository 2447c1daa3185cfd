"""When a change elsewhere concerns schedules: a deletion takes them along, or the node that
one of them starts at; or a workflow would no longer be started by them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone

from schedules.models import ReasonCode, ScheduledJob
from schedules.services.actor import Actor
from schedules.services.drafts.starting import keep_startable
from schedules.services.stop import withdraw_locked
from schedules.services.transitions import forget_trigger_node
from workflows.guards import register_guard
from workflows.models import Workflow, WorkflowNode

register_guard(keep_startable)


@receiver(pre_delete, sender=ScheduledJob)
def withdraw_with_owner(instance: ScheduledJob, origin: object, **kwargs: Any) -> None:
    """Do for a cascade what `stop_schedule` does itself: runs, event, alarm."""
    if origin is instance:
        return
    # Held from here on: nothing can fire between the withdrawal and the deletion.
    ScheduledJob.objects.locked_or_none(instance.pk)
    withdraw_locked(
        instance,
        actor=Actor.system(),
        now=timezone.now(),  # noqa: TID251 an entry point: nobody hands a cascade the time
        note="Deleted together with its workflow or its owner.",
        code=_what_went(instance, origin),
    )


def _what_went(schedule: ScheduledJob, origin: object) -> ReasonCode | None:
    """What a deletion that began at `origin` (rows or a query) took the schedule along
    with. An owner's workflows go with them: then it is the owner, too."""
    kind = origin.model if isinstance(origin, QuerySet) else type(origin)
    return {
        get_user_model(): ReasonCode.OWNER_DELETED,
        Workflow: ReasonCode.WORKFLOW_DELETED,
    }.get(kind)


@receiver(pre_delete, sender=WorkflowNode)
def forget_deleted_node(instance: WorkflowNode, origin: object, **kwargs: Any) -> None:
    """The schedules that start at the node stay, and their history says what happened."""
    alone = isinstance(origin, WorkflowNode) or (
        getattr(origin, "model", None) is WorkflowNode
    )
    if alone:  # else its workflow goes, and the schedules with it
        forget_trigger_node(
            instance,
            now=timezone.now(),  # noqa: TID251 an entry point, as above
        )

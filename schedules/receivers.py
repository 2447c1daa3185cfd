"""Changes elsewhere that affect schedules: their workflow, owner or trigger node is deleted,
or their workflow changes so that they could no longer start it."""

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
    """Cancel the runs and the alarm of a schedule that a cascade deletes; write the event."""
    if origin is instance:
        return
    # Locked: it cannot fire between the withdrawal of its runs and its deletion.
    ScheduledJob.objects.locked_or_none(instance.pk)
    withdraw_locked(
        instance,
        actor=Actor.system(),
        now=timezone.now(),  # noqa: TID251 an entry point: a cascade has no argument for the time
        note="Deleted together with its workflow or its owner.",
        code=_deletion_reason(origin),
    )


def _deletion_reason(origin: object) -> ReasonCode | None:
    """The reason code of a cascade that began at `origin`, an instance or a queryset. If the
    owner is deleted together with the workflow, the owner is the reason."""
    kind = origin.model if isinstance(origin, QuerySet) else type(origin)
    return {
        get_user_model(): ReasonCode.OWNER_DELETED,
        Workflow: ReasonCode.WORKFLOW_DELETED,
    }.get(kind)


@receiver(pre_delete, sender=WorkflowNode)
def forget_deleted_node(instance: WorkflowNode, origin: object, **kwargs: Any) -> None:
    """Clear a deleted trigger node from its schedules, and record this in their history."""
    alone = isinstance(origin, WorkflowNode) or (
        getattr(origin, "model", None) is WorkflowNode
    )
    if alone:  # otherwise its workflow is deleted, and its schedules with it
        forget_trigger_node(
            instance,
            now=timezone.now(),  # noqa: TID251 an entry point, as above
        )

"""Changes elsewhere that affect schedules: their workflow, owner or trigger node is deleted,
or their workflow changes so that they could no longer start it."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver
from django.utils import timezone

from schedules.models import ReasonCode, ScheduledJob
from schedules.services.actor import Actor
from schedules.services.drafts.starting import keep_startable
from schedules.services.keyed.objects import end_with_object, object_models
from schedules.services.keyed.wanted import label_of
from schedules.services.stop import withdraw_locked
from schedules.services.transitions import forget_trigger_node
from workflows.guards import register_guard
from workflows.models import Workflow, WorkflowNode
from workflows.services import remove_unused

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


def connect_objects() -> None:
    """Have schedules end with the objects that they are for. Only the models that the
    settings name get a receiver: all others keep Django's fast deletion."""
    for label, model in object_models():
        for each in apps.get_models(include_auto_created=True):
            if (
                each._meta.concrete_model is model
            ):  # also its proxies, which send their own
                post_delete.connect(
                    end_schedules_of_object,
                    sender=each,
                    dispatch_uid=f"ostinato_schedules.{label}",
                )


def end_schedules_of_object(instance: Model, **kwargs: Any) -> None:
    """After the deletion: schedules that go with another row, as its owner's, are gone."""
    end_with_object(
        label_of(instance),
        str(instance.pk),
        now=timezone.now(),  # noqa: TID251 an entry point, as above
    )


@receiver(post_delete, sender=ScheduledJob)
def remove_its_workflow(instance: ScheduledJob, origin: object, **kwargs: Any) -> None:
    """The workflow that the system has made for a call goes with the last schedule of it."""
    if instance.call and _deletion_reason(origin) is None:
        remove_unused(
            [instance.workflow_id],
            now=timezone.now(),  # noqa: TID251 an entry point, as above
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

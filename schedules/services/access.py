"""Getting hold of one schedule, if the actor may do what they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from schedules.exceptions import (
    InvalidSchedule,
    ScheduleNotAllowed,
    ScheduleNotFound,
    ScheduleStopped,
    StaleSchedule,
)
from schedules.models import ScheduledJob, Status
from schedules.services.actor import Actor
from schedules.services.agents.guardrails import check_start, check_switch
from schedules.services.clocks.withdrawing import withdraw_ahead
from schedules.services.drafts.starting import check_can_start
from workflows.exceptions import WorkflowDeleting
from workflows.models import Workflow, WorkflowNode

NOT_RUNNABLE = (
    "The owner of this schedule may not run its workflow any more: give it another workflow, "
    "or stop it."
)


def locked_schedule(
    schedule_id: UUID, *, actor: Actor, now: datetime, permission: str = "change"
) -> ScheduledJob:
    """The schedule, its row held until the caller's transaction ends. If its ledger is
    ahead of the clock, that is put right first.

    Raises `ScheduleNotFound` if there is none that the actor may see, `ScheduleNotAllowed` if it
    may not do `permission` to it, `AgentRefused` if agents may not act for the user.
    """
    schedule = ScheduledJob.objects.locked_or_none(schedule_id)
    if schedule is None:
        raise ScheduleNotFound
    actor.check_may(permission, schedule)
    check_switch(actor)
    withdraw_ahead(schedule, now=now)
    return schedule


def lock_workflows(fields: Mapping[str, Any], *, of: UUID | None = None) -> None:
    """Hold the workflows that `fields` point to, and that of the schedule `of`, until the
    caller's transaction ends: what is found of them from now on stays.

    Before the schedule's own row, as the deletion of a workflow does: else the two would
    wait for each other. Raises `InvalidSchedule` for a workflow that is being deleted.
    """
    workflow, node = fields.get("workflow"), fields.get("trigger_node")
    wanted = {workflow.pk} if isinstance(workflow, Workflow) else set()
    wanted |= {node.workflow_id} if isinstance(node, WorkflowNode) else set()
    held = Q(pk__in=wanted)
    if of is not None:
        held |= Q(pk__in=ScheduledJob.objects.filter(pk=of).values("workflow"))
    rows = Workflow.objects.select_for_update(no_key=True).order_by("pk")
    found = rows.filter(held).values_list("pk", "deleting_since")
    if any(pk in wanted and since for pk, since in list(found)):
        raise InvalidSchedule(errors={"workflow": [WorkflowDeleting().message]})


def refuse_ended(schedule: ScheduledJob, done: str) -> None:
    """Raises `ScheduleStopped` if the schedule has come to its end; `done` is the participle."""
    if schedule.status == Status.STOPPED:
        why = f" ({schedule.reason_text})" if schedule.reason_text else ""
        raise ScheduleStopped(
            f"This schedule is stopped{why}: it can no longer be {done}. A new timing, a "
            "later end_at or a higher max_runs revives it."
        )


def check_startable(schedule: ScheduledJob, actor: Actor) -> None:
    """The schedule's work may be started: by resuming, running, backfilling.

    Raises `ScheduleNotAllowed` if the owner may not run its workflow any more (it runs as
    somebody else, who has not asked for it), `AgentRefused` for what no agent may start,
    `WorkflowDeleting` when the workflow is going, and the schedule with it,
    `CannotStart` if no trigger accepts it.
    """
    if schedule.workflow.deleting_since is not None:
        raise WorkflowDeleting
    if not owner_may_run(schedule):
        raise ScheduleNotAllowed(NOT_RUNNABLE)
    check_start(schedule, actor)
    check_can_start(schedule)


def owner_may_run(schedule: ScheduledJob) -> bool:
    """Whether the owner of the schedule may have its workflow run: the right may have been
    taken away since."""
    if schedule.workflow.owner_id == schedule.owner_id:
        return True
    runnable = Workflow.objects.runnable_by(schedule.owner)
    return runnable.filter(pk=schedule.workflow_id).exists()


def refuse_stale(schedule: ScheduledJob, version: int | None) -> None:
    """Raises `StaleSchedule` if the caller has read another version than there is."""
    if version is not None and version != schedule.version:
        raise StaleSchedule

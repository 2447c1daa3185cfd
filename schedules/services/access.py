"""Locking a schedule for a verb, and the checks that all verbs share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from schedules.exceptions import (
    InvalidSchedule,
    NeedsApproval,
    NotProposed,
    ScheduleNotAllowed,
    ScheduleNotFound,
    ScheduleStopped,
    StaleSchedule,
)
from schedules.models import ScheduledJob, Status
from schedules.services.actor import Actor
from schedules.services.agents.guardrails import (
    check_approved,
    check_person,
    check_start,
    check_switch,
)
from schedules.services.clocks.withdrawing import withdraw_ahead
from schedules.services.drafts.starting import check_can_start
from schedules.services.permissions import Verb
from workflows.exceptions import WorkflowDeleting
from workflows.models import Workflow, WorkflowNode

OWNER_MAY_NOT_RUN = (
    "The owner of this schedule may no longer run its workflow: give the schedule another "
    "workflow, or stop it."
)


def locked_schedule(
    schedule_id: UUID, *, actor: Actor, now: datetime, verb: Verb = "change"
) -> ScheduledJob:
    """The schedule, its row locked until the caller's transaction ends. If its ledger is
    ahead of the clock, the ledger is corrected first.

    Raises `ScheduleNotFound` for a schedule that the actor may not see, `ScheduleNotAllowed`
    without the permission for `verb`, `AgentRefused` if agents may not act for the user.
    """
    schedule = ScheduledJob.objects.locked_or_none(schedule_id)
    if schedule is None:
        raise ScheduleNotFound
    actor.require_permission(verb, schedule)
    check_switch(actor)
    withdraw_ahead(schedule, now=now)
    return schedule


def lock_workflows(fields: Mapping[str, Any], *, of: UUID | None = None) -> None:
    """Lock the workflows that `fields` point to, and that of the schedule `of`, until the
    caller's transaction ends, so that they do not change meanwhile.

    Call it before the schedule's row is locked: deleting a workflow locks in this order,
    too, and another order could deadlock. Raises `InvalidSchedule` for a workflow that is
    being deleted.
    """
    calls = [call] if (call := fields.get("call")) else []
    lock_all_workflows(workflows_in(fields), of=[] if of is None else [of], calls=calls)


def workflows_in(fields: Mapping[str, Any]) -> set[UUID]:
    """The ids of the workflows that `fields` point to."""
    workflow, node = fields.get("workflow"), fields.get("trigger_node")
    wanted = {workflow.pk} if isinstance(workflow, Workflow) else set()
    return wanted | ({node.workflow_id} if isinstance(node, WorkflowNode) else set())


def lock_all_workflows(
    wanted: Collection[UUID],
    *,
    of: Collection[UUID],
    calls: Collection[str] = (),
    owners: Collection[Any] = (),
) -> None:
    """The same for many schedules, and for those workflows of their owners and of `owners`
    that the system has made for these `calls`."""
    locked = Q(pk__in=wanted) | Q(call__in=calls, owner__in=owners)
    if of:
        its = ScheduledJob.objects.filter(pk__in=of)
        locked |= Q(pk__in=its.values("workflow"))
        if calls:
            locked |= Q(call__in=calls, owner__in=its.values("owner"))
    rows = Workflow.objects.select_for_update(no_key=True).order_by("pk")
    found = rows.filter(locked).values_list("pk", "deleting_since")
    if any(pk in wanted and since for pk, since in list(found)):
        raise InvalidSchedule(errors={"workflow": [WorkflowDeleting().message]})


def refuse_stopped(schedule: ScheduledJob, done: str) -> None:
    """Raises `ScheduleStopped` if the schedule is stopped. `done` completes the message: it
    can no longer be `done`."""
    if schedule.status == Status.STOPPED:
        why = f" ({schedule.reason_text})" if schedule.reason_text else ""
        raise ScheduleStopped(
            f"This schedule is stopped{why}: it can no longer be {done}. A new timing, a "
            "later end_at or a higher max_runs revives it."
        )


def refuse_proposal(schedule: ScheduledJob, actor: Actor) -> None:
    """Raises `NeedsApproval` if the schedule is a proposal, or `AgentRefused` for an agent."""
    check_approved(schedule, actor)
    if schedule.awaits_approval:
        raise NeedsApproval


def locked_proposal(
    schedule_id: UUID, *, verb: Verb, actor: Actor, now: datetime, version: int | None
) -> ScheduledJob:
    """The locked schedule that an agent has proposed, for a person who decides about it.

    Raises what `locked_schedule` raises, `AgentRefused` unless the actor is a person,
    `NotProposed` for a schedule that is no proposal, `StaleSchedule` if it is not in the
    `version` that the person has seen.
    """
    schedule = locked_schedule(schedule_id, actor=actor, verb=verb, now=now)
    check_person(actor)
    if not schedule.awaits_approval:
        raise NotProposed(schedule.status)
    refuse_stale(schedule, version)
    return schedule


def check_startable(schedule: ScheduledJob, actor: Actor) -> None:
    """Check that runs of the schedule may start: before resuming, running, backfilling.

    Raises `WorkflowDeleting` if its workflow is being deleted, `ScheduleNotAllowed` if its
    owner may no longer run the workflow, `AgentRefused` for what an agent may not start,
    `CannotStart` if no trigger accepts the schedule.
    """
    if schedule.workflow.deleting_since is not None:
        raise WorkflowDeleting
    if not owner_may_run(schedule):
        raise ScheduleNotAllowed(OWNER_MAY_NOT_RUN)
    check_start(schedule, actor)
    check_can_start(schedule)


def owner_may_run(schedule: ScheduledJob) -> bool:
    """Whether the owner of the schedule may run its workflow. The permission may have been
    withdrawn since the schedule was saved."""
    if schedule.workflow.owner_id == schedule.owner_id:
        return True
    runnable = Workflow.objects.runnable_by(schedule.owner)
    return runnable.filter(pk=schedule.workflow_id).exists()


def refuse_stale(schedule: ScheduledJob, version: int | None) -> None:
    """Raises `StaleSchedule` unless `version`, if given, is the current one."""
    if version is not None and version != schedule.version:
        raise StaleSchedule

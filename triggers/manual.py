"""Running a workflow by hand, from a manual trigger or to try a schedule trigger."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from triggers.dispatch import dispatch_event, dispatch_test
from triggers.events import ManualEvent, TestEvent
from triggers.exceptions import NoTrigger
from workflows.access import require_permission
from workflows.components.trigger_manual import ManualTrigger
from workflows.components.trigger_schedule import ScheduleTrigger
from workflows.components.trigger_webhook import WebhookTrigger
from workflows.kit.errors import InvalidInput, NotAllowed, NotFound
from workflows.kit.json_value import problem
from workflows.kit.users import User, name_of
from workflows.models import Workflow, WorkflowExecution, WorkflowNode
from workflows.services import ByHand, announce, queue_execution

MAX_PAYLOAD = 64 * 1024
# No schedule has it, so a workflow that acts on its schedule acts on none.
NO_SCHEDULE = UUID(int=0)
TEST_NAME = "Test"
NOT_A_WEBHOOK = (
    f"A {WebhookTrigger.type} node starts when its URL is called: send a request to it."
)


def run_workflow(
    workflow: Workflow,
    payload: dict[str, Any],
    *,
    user: User,
    now: datetime,
    start_at: str | None = None,
) -> WorkflowExecution:
    """Start the workflow at its manual trigger, or at the trigger with the `node_id` `start_at`:
    at a schedule trigger with a made-up tick. Returns the pending execution, which is queued.

    Raises `InvalidInput`, `NotAllowed`, `NotFound`, `NoTrigger` or `WorkflowInactive`.
    """
    require_permission(user, "change", workflow)
    if reason := problem(payload, max_bytes=MAX_PAYLOAD):
        raise InvalidInput(f"The payload {reason}.", field="payload")
    with transaction.atomic():
        # The workflow must not be deleted before the execution that refers to it is saved.
        locked = Workflow.objects.select_for_update(no_key=True).filter(pk=workflow.pk)
        if not locked.first():
            raise NotFound
        node = None if start_at is None else _trigger(workflow, start_at)
        if node and node.component_type == ScheduleTrigger.type:
            tick = _made_up_tick(payload, user, now)
            execution = dispatch_test(node, tick, workflow=workflow, now=now)
        else:
            execution = _run(workflow, node, payload, user=user, now=now)
        queue_execution(execution, now=now)
        announce(ByHand.START, execution, user=user, now=now)
    return execution


def can_run_again(execution: WorkflowExecution, user: User) -> bool:
    """Whether it was started by hand, and `user` may run its workflow. (A schedule runs by
    its own buttons, and only its caller repeats the call of a webhook.)"""
    workflow = execution.workflow
    by_hand = execution.trigger_type == "manual" or execution.event.get("is_test")
    if not by_hand or workflow is None or workflow.deleting_since:
        return False
    return Workflow.objects.runnable_by(user).filter(pk=workflow.pk).exists()


def run_again(
    execution: WorkflowExecution, *, user: User, now: datetime
) -> WorkflowExecution:
    """Start its workflow as it was started then: at the same trigger, with the same payload.

    Raises as `run_workflow`; `NotFound` if the workflow is gone.
    """
    if execution.workflow is None:
        raise NotFound
    if not can_run_again(execution, user):
        raise NotAllowed
    return run_workflow(
        execution.workflow,
        execution.event.get("payload", {}),
        user=user,
        now=now,
        start_at=execution.trigger_node_id,
    )


def _trigger(workflow: Workflow, node_id: str) -> WorkflowNode:
    """Raises `InvalidInput` unless the workflow can be started there by hand."""
    node = workflow.nodes.filter(node_id=node_id).first()
    refusal = ""
    if node is None:
        refusal = f'The workflow "{workflow.name}" has no such node.'
    elif node.component_type == WebhookTrigger.type:
        refusal = NOT_A_WEBHOOK
    elif node.component_type not in (ManualTrigger.type, ScheduleTrigger.type):
        refusal = (
            f"The node must be a {ManualTrigger.type} or a {ScheduleTrigger.type}."
        )
    elif not node.is_active:
        refusal = "The node is not active: activate it first."
    if node is None or refusal:
        raise InvalidInput(refusal, field="start_at")
    return node


def _run(
    workflow: Workflow,
    node: WorkflowNode | None,
    payload: dict[str, Any],
    *,
    user: User,
    now: datetime,
) -> WorkflowExecution:
    event: ManualEvent = {
        "fired_at": now.isoformat(),
        "started_by": name_of(user),
        "payload": payload,
    }
    if node:
        event["trigger_node_id"] = node.pk
    try:
        return dispatch_event("manual", event, workflow=workflow, now=now)
    except NoTrigger as refusal:
        if remedy := _remedy(workflow):
            raise NoTrigger(f"{refusal.message} {remedy}") from refusal
        raise


def _remedy(workflow: Workflow) -> str:
    """How a workflow without a manual trigger can be started instead; empty if it cannot."""
    triggers = workflow.nodes.filter(
        component_type=ScheduleTrigger.type, is_active=True
    )
    found = triggers.order_by("node_id").first()
    if found is None:
        return ""
    return (
        f"To try it, start it at its {found.component_type} node: set start_at to "
        f'"{found.node_id}". Or run one of its schedules now.'
    )


def _made_up_tick(payload: dict[str, Any], user: User, now: datetime) -> TestEvent:
    return {
        "schedule_id": str(NO_SCHEDULE),
        "schedule_name": TEST_NAME,
        "scheduled_for": now.isoformat(),
        "fired_at": now.isoformat(),
        "origin": "manual",
        "attempt": 1,
        "payload": payload,
        "is_test": True,
        "started_by": name_of(user),
    }

"""The only entrance from outside into workflows: an event becomes an execution."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from triggers.events import EventData, EventType, TestEvent
from triggers.resolver import TriggerResolver
from workflows.exceptions import WorkflowInactive
from workflows.models import Workflow, WorkflowExecution, WorkflowNode

Status = WorkflowExecution.Status


def dispatch_event(
    event_type: EventType,
    event_data: EventData,
    *,
    workflow: Workflow,
    now: datetime,
    status: WorkflowExecution.Status = Status.PENDING,
) -> WorkflowExecution:
    """Resolve the trigger node of the event and insert the execution.

    The execution acts for the owner of the workflow, no matter who started it: the owner defines
    the steps and is responsible for them. If they acted for the user who starts them, an author
    could reach what only that user may see.

    Only the database is touched and nothing is run, so this is safe inside a transaction of the
    caller. With status `running` the caller has claimed the execution and calls
    `workflows.execution.engine.run_execution` after its commit; with `pending` it calls
    `workflows.services.queue_execution`. Raises `NoTrigger` or `WorkflowInactive`.
    """
    execution = resolve_event(
        event_type, event_data, workflow=workflow, now=now, status=status
    )
    execution.save(force_insert=True)
    return execution


def resolve_event(
    event_type: EventType,
    event_data: EventData,
    *,
    workflow: Workflow,
    now: datetime,
    status: WorkflowExecution.Status = Status.PENDING,
) -> WorkflowExecution:
    """As `dispatch_event`, but the caller inserts the execution."""
    _check_active(workflow)
    data = cast("dict[str, Any]", event_data)
    node = TriggerResolver().resolve(event_type, data, workflow)
    event = {"type": event_type, **data}
    return _execution(
        node, event_type, event, workflow=workflow, now=now, status=status
    )


def dispatch_test(
    node: WorkflowNode, event: TestEvent, *, workflow: Workflow, now: datetime
) -> WorkflowExecution:
    """Insert the pending execution of a test start at a `trigger_schedule` node: a person has
    started it, with an event that looks like a tick. Raises `WorkflowInactive`."""
    _check_active(workflow)
    data = cast("dict[str, Any]", {"type": "schedule", **event})
    execution = _execution(node, "manual", data, workflow=workflow, now=now)
    execution.save(force_insert=True)
    return execution


def _check_active(workflow: Workflow) -> None:
    if not workflow.is_active:
        raise WorkflowInactive(f'The workflow "{workflow.name}" is not active.')


def _execution(
    node: WorkflowNode,
    event_type: EventType,
    event: dict[str, Any],
    *,
    workflow: Workflow,
    now: datetime,
    status: WorkflowExecution.Status = Status.PENDING,
) -> WorkflowExecution:
    return WorkflowExecution(
        workflow=workflow,
        workflow_name=workflow.name,
        graph_version=workflow.recorded_version,
        owner_id=workflow.owner_id,
        trigger_type=event_type,
        trigger_node_id=node.node_id,
        event=event,
        status=status,
        created_at=now,
        started_at=now if status == Status.RUNNING else None,
    )

"""The only door from outside into workflows: an event becomes an execution."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from triggers.events import EventData, EventType
from triggers.resolver import TriggerResolver
from workflows.exceptions import WorkflowInactive
from workflows.models import Workflow, WorkflowExecution

Status = WorkflowExecution.Status


def dispatch_event(
    event_type: EventType,
    event_data: EventData,
    *,
    workflow: Workflow,
    now: datetime,
    status: WorkflowExecution.Status = Status.PENDING,
) -> WorkflowExecution:
    """Resolve the event's trigger and insert the execution: one query and one insert.

    It runs as the owner of the workflow, whoever had it started: the owner draws the steps
    and answers for what they do. As whoever started it they would reach, by another's
    hand, what their author may not even see.

    It runs nothing and touches nothing but the database, so it is safe inside a caller's
    transaction. With `running` the caller has claimed the execution and calls
    `workflows.execution.engine.run_execution` after its commit; with `pending` it calls
    `workflows.services.queue_execution`. Raises `NoTrigger` or `WorkflowInactive`.
    """
    if not workflow.is_active:
        raise WorkflowInactive(f'The workflow "{workflow.name}" is not active.')
    data = cast("dict[str, Any]", event_data)
    node = TriggerResolver().resolve(event_type, data, workflow)
    return WorkflowExecution.objects.create(
        workflow=workflow,
        workflow_name=workflow.name,
        owner_id=workflow.owner_id,
        trigger_type=event_type,
        trigger_node_id=node.node_id,
        event={"type": event_type, **data},
        status=status,
        created_at=now,
        started_at=now if status == Status.RUNNING else None,
    )

"""Workflows that a node of another one runs: who may be run, and the row of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from workflows.exceptions import NodeFailed
from workflows.kit.database_retry import retry_while_away
from workflows.models import Workflow, WorkflowExecution, WorkflowNode

# How many workflows may be under way inside each other, the outermost included.
MAX_DEPTH = 5
# From the outermost execution down to the one whose node asks.
Chain = tuple[WorkflowExecution, ...]


def start_inline(
    chain: Chain, workflow_id: UUID, payload: Mapping[str, Any], *, now: datetime
) -> WorkflowExecution:
    """The row of a called workflow, claimed for this process. `NodeFailed` says why not."""
    workflow = retry_while_away(partial(_called, chain, workflow_id))
    start = retry_while_away(partial(_start, workflow))
    caller = chain[-1]
    values = {
        "workflow": workflow,
        "workflow_name": workflow.name,
        "owner_id": caller.owner_id,
        "parent": caller,
        "trigger_type": "workflow",
        "trigger_node_id": start.node_id,
        "event": {
            "type": "workflow",
            "fired_at": now.isoformat(),
            "execution_id": str(caller.pk),
            "payload": payload,
        },
        "status": WorkflowExecution.Status.RUNNING,
        "created_at": now,
        "started_at": now,
    }
    # The id first: a second attempt must find the row that the first has left.
    insert = partial(WorkflowExecution.objects.get_or_create, pk=uuid.uuid4())
    execution, _ = retry_while_away(partial(insert, defaults=values))
    return execution


def _called(chain: Chain, workflow_id: UUID) -> Workflow:
    caller = chain[-1].workflow
    found = Workflow.objects.filter(
        pk=workflow_id, owner=caller.owner_id if caller else None
    ).first()
    if found is None:
        raise NodeFailed("The owner of this workflow has no workflow with that id.")
    if workflow_id in {execution.workflow_id for execution in chain}:
        raise NodeFailed(f'The workflow "{found.name}" is under way: it would recur.')
    if len(chain) >= MAX_DEPTH:
        raise NodeFailed(f"Workflows run each other at most {MAX_DEPTH} deep.")
    if not found.is_active:
        raise NodeFailed(f'The workflow "{found.name}" is not active.')
    return found


def _start(workflow: Workflow) -> WorkflowNode:
    start = workflow.nodes.filter(
        component_type="trigger_manual", is_active=True
    ).first()
    if start is None:
        reason = f'The workflow "{workflow.name}" has no active trigger_manual node.'
        raise NodeFailed(reason)
    return start

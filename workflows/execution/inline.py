"""Workflows that a node runs inside its own execution: the checks, and their row."""

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

# How deep workflows may run inside each other, the outermost included.
MAX_DEPTH = 5
# The same for a workflow of someone else: that it exists is not revealed.
NO_WORKFLOW = "The owner of this workflow has no workflow with this id."
# From the outermost execution to the one whose node runs another workflow.
Chain = tuple[WorkflowExecution, ...]


def start_inline(
    chain: Chain, workflow_id: UUID, payload: Mapping[str, Any], *, now: datetime
) -> WorkflowExecution:
    """The execution of a called workflow, claimed for this process. Raises `NodeFailed`."""
    workflow = retry_while_away(partial(_called, chain, workflow_id))
    start = retry_while_away(partial(_start, workflow))
    caller = chain[-1]
    values = {
        "workflow": workflow,
        "workflow_name": workflow.name,
        "graph_version": workflow.recorded_version,
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
    # With a fixed id: a second attempt must find the row that the first has inserted.
    insert = partial(WorkflowExecution.objects.get_or_create, pk=uuid.uuid4())
    execution, _ = retry_while_away(partial(insert, defaults=values))
    return execution


def _called(chain: Chain, workflow_id: UUID) -> Workflow:
    caller = chain[-1].workflow
    owner = caller.owner_id if caller else None
    found = Workflow.objects.drawn().filter(pk=workflow_id, owner=owner).first()
    if found is None:
        raise NodeFailed(NO_WORKFLOW)
    if workflow_id in {execution.workflow_id for execution in chain}:
        raise NodeFailed(f'The workflow "{found.name}" would run itself again.')
    if len(chain) >= MAX_DEPTH:
        raise NodeFailed(f"Workflows can be nested at most {MAX_DEPTH} levels deep.")
    if not found.is_active:
        raise NodeFailed(f'The workflow "{found.name}" is not active.')
    return found


def _start(workflow: Workflow) -> WorkflowNode:
    start = workflow.nodes.filter(
        component_type="trigger_manual", is_active=True
    ).first()
    if start is None:
        reason = f'The workflow "{workflow.name}" has no active manual trigger.'
        raise NodeFailed(reason)
    return start

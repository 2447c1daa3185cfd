"""What can be done with workflows and executions: one function a verb."""

from __future__ import annotations

from workflows.services.definition import (
    Changes,
    create_workflow,
    delete_workflow,
    update_workflow,
)
from workflows.services.execution import cancel_execution, claim_execution
from workflows.services.graph import (
    EdgeSpec,
    GraphSpec,
    NodeSpec,
    checked_graph,
    save_graph,
)
from workflows.services.sending import fail_lost, queue_execution, resend_unsent

__all__ = [
    "Changes",
    "EdgeSpec",
    "GraphSpec",
    "NodeSpec",
    "cancel_execution",
    "checked_graph",
    "claim_execution",
    "create_workflow",
    "delete_workflow",
    "fail_lost",
    "queue_execution",
    "resend_unsent",
    "save_graph",
    "update_workflow",
]

"""The verbs of workflows and executions, one function each."""

from __future__ import annotations

from workflows.execution.standalone import queue_execution
from workflows.services.definition import Changes, create_workflow, update_workflow
from workflows.services.deletion import (
    Deletion,
    delete_workflow,
    deletions_wait,
    finish_deletions,
    preview_deletion,
)
from workflows.services.execution import cancel_execution
from workflows.services.graph import (
    EdgeSpec,
    GraphSpec,
    NodeSpec,
    checked_graph,
    save_graph,
)
from workflows.services.rendering import Rendered, render_for

__all__ = [
    "Changes",
    "Deletion",
    "EdgeSpec",
    "GraphSpec",
    "NodeSpec",
    "Rendered",
    "cancel_execution",
    "checked_graph",
    "create_workflow",
    "delete_workflow",
    "deletions_wait",
    "finish_deletions",
    "preview_deletion",
    "queue_execution",
    "render_for",
    "save_graph",
    "update_workflow",
]

"""The verbs of workflows and executions, one function each."""

from __future__ import annotations

from workflows.execution.standalone import queue_execution
from workflows.services.by_hand import ByHand, announce, done_by_hand
from workflows.services.definition import Changes, create_workflow, update_workflow
from workflows.services.deletion import (
    Deletion,
    delete_workflow,
    deletions_wait,
    finish_deletions,
    preview_deletion,
)
from workflows.services.execution import CANCELLABLE, cancel_execution
from workflows.services.graph import (
    checked_graph,
    checked_version,
    restore_version,
    save_graph,
)
from workflows.services.graph_rows import read_graph
from workflows.services.graph_spec import EdgeSpec, GraphSpec, NodeSpec, NoteSpec
from workflows.services.layout_merge import Layout
from workflows.services.made import copy_to_workflow, remove_unused, workflow_of_call
from workflows.services.rendering import Rendered, render_for
from workflows.services.versions import version_of, versions_of

__all__ = [
    "CANCELLABLE",
    "ByHand",
    "Changes",
    "Deletion",
    "EdgeSpec",
    "GraphSpec",
    "Layout",
    "NodeSpec",
    "NoteSpec",
    "Rendered",
    "announce",
    "cancel_execution",
    "checked_graph",
    "checked_version",
    "copy_to_workflow",
    "create_workflow",
    "delete_workflow",
    "deletions_wait",
    "done_by_hand",
    "finish_deletions",
    "preview_deletion",
    "queue_execution",
    "read_graph",
    "remove_unused",
    "render_for",
    "restore_version",
    "save_graph",
    "update_workflow",
    "version_of",
    "versions_of",
    "workflow_of_call",
]

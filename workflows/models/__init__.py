"""Workflows and their graphs (`workflow`), the versions of these graphs (`version`), and the
record of their runs (`execution`)."""

from __future__ import annotations

from workflows.models.execution import NodeRun, WorkflowExecution
from workflows.models.lookups import HasTag, HasText
from workflows.models.version import WorkflowVersion
from workflows.models.workflow import (
    EdgeKind,
    Workflow,
    WorkflowEdge,
    WorkflowNode,
    WorkflowNote,
)

__all__ = [
    "EdgeKind",
    "HasTag",
    "HasText",
    "NodeRun",
    "Workflow",
    "WorkflowEdge",
    "WorkflowExecution",
    "WorkflowNode",
    "WorkflowNote",
    "WorkflowVersion",
]

"""Workflows and what became of them, for people. Graphs are drawn elsewhere: here they are
read-only, and so is all history."""

from __future__ import annotations

from workflows.admin.executions import WorkflowExecutionAdmin
from workflows.admin.workflows import WorkflowAdmin

__all__ = ["WorkflowAdmin", "WorkflowExecutionAdmin"]

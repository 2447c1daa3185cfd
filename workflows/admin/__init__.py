"""Workflows and their executions in the admin. Graphs and history are read-only here."""

from __future__ import annotations

from workflows.admin.executions import WorkflowExecutionAdmin
from workflows.admin.log import log_execution
from workflows.admin.workflows import WorkflowAdmin

__all__ = ["WorkflowAdmin", "WorkflowExecutionAdmin", "log_execution"]

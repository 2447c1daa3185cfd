"""What schedules and workflows may call: functions, Tasks of `django.tasks` and management
commands, each only if the project has declared or named it."""

from __future__ import annotations

from workflows.callables.context import CallContext
from workflows.callables.declared import declarations, schedulable, workflow_function
from workflows.callables.lookup import (
    UnknownCallable,
    command,
    find,
    function,
    targets,
)
from workflows.callables.permissions import may_view, permissions_of, unseen, why_not
from workflows.callables.target import Target

__all__ = [
    "CallContext",
    "Target",
    "UnknownCallable",
    "command",
    "declarations",
    "find",
    "function",
    "may_view",
    "permissions_of",
    "schedulable",
    "targets",
    "unseen",
    "why_not",
    "workflow_function",
]

"""An agent of Alice's, and what it is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User

from schedules.tools import tools
from tests.schedules.conftest import NOON
from workflows.models import Workflow
from workflows.tools import ToolContext, ToolResult, call_tool

CallTool = Callable[..., ToolResult]


@pytest.fixture
def call(alice: User, workflow: Workflow) -> CallTool:
    """Call a tool at noon, for Alice unless told otherwise."""

    def call(
        tool: str, /, user: User = alice, execution_id: UUID | None = None, **given: Any
    ) -> ToolResult:
        context = ToolContext(user=user, clock=lambda: NOON, execution_id=execution_id)
        return call_tool(tools[tool], given, context)

    return call


@pytest.fixture
def create(call: CallTool, workflow: Workflow) -> Callable[..., ToolResult]:
    """Create a schedule of the workflow, hourly unless told otherwise."""

    def create(**given: Any) -> ToolResult:
        given = {"name": "job", "workflow": str(workflow.pk)} | given
        if not given.keys() & {"cron_expression", "run_at", "interval_seconds"}:
            given["interval_seconds"] = 3600
        return call("schedule_create", **given)

    return create

"""Running a workflow by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from triggers.dispatch import dispatch_event
from workflows.access import require_permission
from workflows.kit.errors import InvalidInput, NotFound
from workflows.kit.json_value import problem
from workflows.models import Workflow, WorkflowExecution
from workflows.services import queue_execution

MAX_PAYLOAD = 64 * 1024


def run_workflow(
    workflow: Workflow, payload: dict[str, Any], *, user: User, now: datetime
) -> WorkflowExecution:
    """Start the workflow at its manual trigger. Returns the pending execution, which is queued.

    Raises `InvalidInput`, `NotAllowed`, `NotFound`, `NoTrigger` or `WorkflowInactive`.
    """
    require_permission(user, "change", workflow)
    if reason := problem(payload, max_bytes=MAX_PAYLOAD):
        raise InvalidInput(f"The payload {reason}.", field="payload")
    with transaction.atomic():
        # The workflow must not be deleted before the execution that refers to it is saved.
        locked = Workflow.objects.select_for_update(no_key=True).filter(pk=workflow.pk)
        if not locked.first():
            raise NotFound
        execution = dispatch_event(
            "manual",
            {
                "fired_at": now.isoformat(),
                "started_by": user.get_username(),
                "payload": payload,
            },
            workflow=workflow,
            now=now,
        )
        queue_execution(execution, now=now)
    return execution

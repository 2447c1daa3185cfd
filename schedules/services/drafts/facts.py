"""What the database says about workflows and their triggers, asked once for many schedules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from triggers.resolver import TriggerResolver
from workflows.models import Workflow, WorkflowNode

TRIGGER = TriggerResolver.component_types["schedule"]


def triggers() -> QuerySet[WorkflowNode]:
    """The active nodes at which schedules start."""
    return WorkflowNode.objects.filter(component_type=TRIGGER, is_active=True)


class Facts:
    """Each answer is remembered: use one object for a batch that is checked at one moment,
    and none beyond a transaction."""

    def __init__(self) -> None:
        self._runnable: dict[tuple[Any, UUID], bool] = {}
        self._nodes: dict[tuple[int, UUID], WorkflowNode | None] = {}
        self._triggers: dict[UUID, list[WorkflowNode]] = {}

    def may_run(self, owner: Any, workflow_id: UUID) -> bool:
        """Whether the workflow exists and `owner` may run it."""
        asked = (owner.pk, workflow_id)
        if asked not in self._runnable:
            mine = Workflow.objects.runnable_by(owner).filter(pk=workflow_id)
            self._runnable[asked] = mine.exists()
        return self._runnable[asked]

    def node(self, node_id: int, workflow_id: UUID) -> WorkflowNode | None:
        """The node of the workflow, which may have been removed from its graph."""
        asked = (node_id, workflow_id)
        if asked not in self._nodes:
            rows = WorkflowNode.with_removed.filter(pk=node_id, workflow=workflow_id)
            self._nodes[asked] = rows.first()
        return self._nodes[asked]

    def triggers(self, workflow_id: UUID) -> list[WorkflowNode]:
        """The triggers of the workflow at which schedules start; none if it is not active."""
        if workflow_id not in self._triggers:
            rows = triggers().filter(workflow=workflow_id, workflow__is_active=True)
            self._triggers[workflow_id] = list(rows)
        return self._triggers[workflow_id]

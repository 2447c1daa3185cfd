"""Selects the trigger node of a workflow that accepts an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, ClassVar

from triggers.exceptions import NoTrigger
from workflows.components.trigger_manual import ManualTrigger
from workflows.components.trigger_schedule import ScheduleTrigger
from workflows.components.trigger_webhook import WebhookTrigger
from workflows.execution.definition import load
from workflows.models import Workflow, WorkflowNode

# How specifically a node matches an event; the smallest wins.
Rank = tuple[int, int]


class TriggerResolver:
    """Finds the node at which an event starts."""

    component_types: ClassVar[Mapping[str, str]] = {
        "schedule": ScheduleTrigger.type,
        "manual": ManualTrigger.type,
        "webhook": WebhookTrigger.type,
    }

    def resolve(
        self, event_type: str, event_data: Mapping[str, Any], workflow: Workflow
    ) -> WorkflowNode:
        """The active trigger node for this event. Raises `NoTrigger`, which names the missing one."""
        component_type = self.component_types[event_type]
        nodes = [
            node
            for node in load(workflow).rows.values()
            if node.component_type == component_type and node.is_active
        ]
        node = self.choose(event_type, event_data, nodes)
        if node is None:
            raise NoTrigger(_message(component_type, event_data, workflow))
        return node

    def choose(
        self,
        event_type: str,
        event_data: Mapping[str, Any],
        nodes: Sequence[WorkflowNode],
    ) -> WorkflowNode | None:
        """The node of `nodes` at which the event starts, without a query; None if there is none.

        `nodes` are the active triggers of one workflow for events of this type.
        """
        if chosen := event_data.get("trigger_node_id"):
            return next((node for node in nodes if node.pk == chosen), None)
        if event_type == "schedule":
            return self._match_schedule(nodes, event_data)
        return next(iter(nodes), None)

    def _match_schedule(
        self, nodes: Sequence[WorkflowNode], event: Mapping[str, Any]
    ) -> WorkflowNode | None:
        """The node that names the schedule by id, else by the longest name pattern, else the
        first one without a condition."""
        ranked = [
            (rank, node)
            for node in nodes
            if (rank := _rank(node.config, event)) is not None
        ]
        return min(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _rank(config: Mapping[str, Any], event: Mapping[str, Any]) -> Rank | None:
    wanted_id, pattern = config.get("scheduled_job_id"), config.get("name_pattern")
    if wanted_id and wanted_id.lower() == event["schedule_id"].lower():
        return (0, 0)
    if pattern and fnmatchcase(event["schedule_name"], pattern):
        return (1, -len(pattern))
    return None if wanted_id or pattern else (2, 0)


def _message(component_type: str, event: Mapping[str, Any], workflow: Workflow) -> str:
    missing = f'The workflow "{workflow.name}" has no active {component_type} node'
    if event.get("trigger_node_id"):
        missing += " with the chosen id"
    if "schedule_name" in event:
        return f'{missing} for the schedule "{event["schedule_name"]}".'
    return f"{missing}."

"""Small graphs, written down briefly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User

from workflows.models import Workflow, WorkflowEdge, WorkflowNode
from workflows.services import EdgeSpec, GraphSpec, NodeSpec


def startable(name: str, owner: User) -> Workflow:
    """A workflow that any of its schedules starts."""
    workflow = Workflow.objects.create(name=name, owner=owner)
    add_graph(workflow, {"start": ("trigger_schedule", {})})
    return workflow


def saying(text: str, *, trigger: str = "trigger_manual") -> GraphSpec:
    """start -> say, to be saved: a trigger and a template."""
    nodes = [
        NodeSpec(node_id="start", component_type=trigger),
        NodeSpec(node_id="say", component_type="template", config={"text": text}),
    ]
    return GraphSpec(nodes, [EdgeSpec(source="start", target="say")])


def add_graph(
    workflow: Workflow,
    nodes: Mapping[str, tuple[str, dict[str, Any]]],
    edges: Sequence[tuple[str, ...]] = (),
) -> dict[str, WorkflowNode]:
    """Rows for `{node_id: (type, config)}` and `(source, target[, port])`."""
    rows = {
        node_id: WorkflowNode.objects.create(
            workflow=workflow, node_id=node_id, component_type=type_, config=config
        )
        for node_id, (type_, config) in nodes.items()
    }
    for source, target, *port in edges:
        WorkflowEdge.objects.create(
            workflow=workflow,
            source=rows[source],
            target=rows[target],
            source_port=port[0] if port else "out",
        )
    return rows

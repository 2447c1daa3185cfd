"""The graph that a workflow already has becomes its version 1."""

from __future__ import annotations

from typing import Any

from django.db import migrations

CHUNK = 50  # workflows that are read at once
NODE = ("node_id", "component_type", "label", "config", "position", "is_active")


def record_graphs(apps: Any, schema_editor: Any) -> None:
    Workflow = apps.get_model("ostinato_workflows", "Workflow")
    rows = Workflow.objects.filter(graph_version=0, nodes__isnull=False)
    ids = list(rows.order_by("pk").values_list("pk", flat=True).distinct())
    for start in range(0, len(ids), CHUNK):
        some = Workflow.objects.filter(pk__in=ids[start : start + CHUNK])
        record_some(apps, some.prefetch_related("nodes", "edges"))


def record_some(apps: Any, workflows: Any) -> None:
    WorkflowVersion = apps.get_model("ostinato_workflows", "WorkflowVersion")
    for workflow in workflows:
        graph = graph_of(workflow)
        WorkflowVersion.objects.create(
            workflow=workflow,
            number=1,
            graph=graph,
            node_count=len(graph["nodes"]),
            edge_count=len(graph["edges"]),
            saved_at=workflow.updated_at,
        )
    workflows.update(graph_version=1)


def graph_of(workflow: Any) -> dict[str, Any]:
    nodes = sorted(workflow.nodes.all(), key=lambda node: node.pk)
    names = {node.pk: node.node_id for node in nodes}
    edges = sorted(workflow.edges.all(), key=lambda edge: edge.pk)
    return {
        "nodes": [{name: getattr(node, name) for name in NODE} for node in nodes],
        "edges": [
            {
                "source": names[edge.source_id],
                "target": names[edge.target_id],
                "source_port": edge.source_port,
                "kind": edge.kind,
            }
            for edge in edges
        ],
        "notes": [],
    }


class Migration(migrations.Migration):
    dependencies = [("ostinato_workflows", "0002_versions")]
    operations = [migrations.RunPython(record_graphs, migrations.RunPython.noop)]

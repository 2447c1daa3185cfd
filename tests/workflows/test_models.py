from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from workflows.api.graph_serializers import EdgeSerializer, NodeSerializer
from workflows.api.serializers import WorkflowFields
from workflows.models import Workflow, WorkflowEdge, WorkflowExecution, WorkflowNode

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_history_outlives_its_workflow_and_its_owner(workflow: Workflow):
    execution = WorkflowExecution.objects.create(
        workflow=workflow,
        workflow_name=workflow.name,
        owner=workflow.owner,
        trigger_type="manual",
        trigger_node_id="start",
    )
    workflow.owner.delete()
    execution.refresh_from_db()
    assert (execution.workflow, execution.owner) == (None, None)
    assert execution.workflow_name == "greeting"
    assert execution.created_at is not None


def test_the_database_refuses_an_unknown_status_kind_and_self_loop(workflow: Workflow):
    a, b = (
        WorkflowNode.objects.create(workflow=workflow, node_id=name, component_type="t")
        for name in "ab"
    )
    wrong = [
        lambda: WorkflowExecution.objects.create(workflow=workflow, status="odd"),
        lambda: WorkflowExecution.objects.create(workflow=workflow, status="failed"),
        lambda: WorkflowExecution.objects.create(
            workflow=workflow, failure_kind="node"
        ),
        lambda: WorkflowEdge.objects.create(
            workflow=workflow, source=a, target=b, kind="odd"
        ),
        lambda: WorkflowEdge.objects.create(workflow=workflow, source=a, target=a),
        lambda: WorkflowNode.objects.create(
            workflow=workflow, node_id="a", component_type="t"
        ),
    ]
    for write in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_the_api_takes_a_text_as_long_as_its_column():
    columns = {
        WorkflowFields: {"name": Workflow.name},
        NodeSerializer: {
            "node_id": WorkflowNode.node_id,
            "component_type": WorkflowNode.component_type,
            "label": WorkflowNode.label,
        },
        EdgeSerializer: {
            "source": WorkflowNode.node_id,
            "target": WorkflowNode.node_id,
            "source_port": WorkflowEdge.source_port,
        },
    }
    for serializer, fields in columns.items():
        for name, column in fields.items():
            taken = serializer().fields[name].max_length
            assert taken == column.field.max_length, name
    copies = {"workflow_name": Workflow.name, "trigger_node_id": WorkflowNode.node_id}
    for name, column in copies.items():
        kept = WorkflowExecution._meta.get_field(name).max_length
        assert kept == column.field.max_length, name

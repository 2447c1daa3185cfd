"""Workflows from before there were versions."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import User

from workflows.models import Workflow
from workflows.services import read_graph

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
migration = import_module("workflows.migrations.0003_first_versions")


def test_the_graph_that_a_workflow_has_becomes_its_version_1(
    workflow: Workflow, owner: User, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(migration, "CHUNK", 1)
    empty = Workflow.objects.create(name="empty", owner=owner)
    second = Workflow.objects.create(name="second", owner=owner)
    second.nodes.create(node_id="start", component_type="trigger_manual")
    migration.record_graphs(apps, None)
    for row, counts in ((workflow, (3, 2)), (second, (1, 0))):
        row.refresh_from_db()
        version = row.versions.get()
        assert (row.graph_version, version.number) == (1, 1)
        assert version.graph == read_graph(row).spec.document
        assert (version.node_count, version.edge_count) == counts
        assert (version.saved_by, version.saved_at) == (None, row.updated_at)
    empty.refresh_from_db()
    assert (empty.graph_version, empty.versions.count()) == (0, 0)
    migration.record_graphs(apps, None)
    assert workflow.versions.count() == 1

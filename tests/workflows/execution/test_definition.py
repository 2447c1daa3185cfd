"""A graph is remembered by its version, so every change of its rows must raise that."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from platform_site.local.data_dir import BASE_DIR
from tests.graphs import saying
from workflows.execution import definition
from workflows.models import Workflow
from workflows.services import save_graph

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WRITES = re.compile(
    r"Workflow(?:Node|Edge)\.(?:objects|with_removed)\.(?:bulk_)?(?:create|update)"
    r"|\.(?:nodes|edges)\.[^\n]*\b(?:create|update|delete)\("
)
APPS = ("platform_site", "schedules", "triggers", "workflows")


def test_the_rows_of_graphs_are_written_in_one_file() -> None:
    """`write_version` calls it, which raises the version, and records it."""
    found = {
        path.relative_to(BASE_DIR).as_posix()
        for app in APPS
        for path in (BASE_DIR / app).rglob("*.py")
        if WRITES.search(path.read_text())
    }
    assert found == {"workflows/services/graph_rows.py"}


@pytest.fixture
def saved(workflow: Workflow) -> Workflow:
    save(workflow, "one")
    return workflow


def save(workflow: Workflow, text: str) -> None:
    save_graph(workflow, saying(text), user=workflow.owner, now=NOW)
    workflow.refresh_from_db()


@pytest.mark.django_db
def test_a_saved_graph_is_read_once(saved: Workflow, django_assert_num_queries) -> None:
    first = definition.load(saved)
    with django_assert_num_queries(0):
        assert definition.load(saved) is first
    assert definition.load(saved).problems is first.problems
    save(saved, "two")
    assert definition.load(saved).rows["say"].config == {"text": "two"}


@pytest.mark.django_db
def test_a_graph_without_a_version_is_read_each_time(workflow: Workflow) -> None:
    assert definition.load(workflow) is not definition.load(workflow)


@pytest.mark.django_db
def test_as_many_graphs_are_remembered_as_fit(
    saved: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(definition, "MOST_REMEMBERED", 2)
    definition.forget()
    first = definition.load(saved)
    for name in ("b", "c"):
        other = Workflow.objects.create(name=name, owner=saved.owner)
        save(other, name)
        definition.load(other)
    assert definition.load(saved) is not first

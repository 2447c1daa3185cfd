"""Statements that are planned once for a connection."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection

from workflows.kit import prepared_cursor as module
from workflows.kit.prepared import Param, Select
from workflows.kit.prepared_cursor import prepared_cursor
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
by_name = Select(lambda: Workflow.objects.filter(name=Param(Workflow, "name")))


@pytest.fixture(autouse=True)
def new_connection(db: None) -> None:
    connection.close()


def planned() -> int:
    """How many statements the server process has planned for later."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        (count,) = cursor.fetchone()
    return int(count)


def test_a_statement_is_planned_once_and_answers_as_before(
    workflow: Workflow,
) -> None:
    before = planned()
    for _ in range(5):
        assert by_name(name=workflow.name) == [workflow]
        assert by_name(name=str(uuid.uuid4())) == []
    assert planned() - before == (connection.vendor == "postgresql")


def test_behind_a_pooler_nothing_is_planned_for_later(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a pooler gives for the process number is one of its own.
    monkeypatch.setattr(module, "_is_direct", lambda connection: False)
    before = planned()
    for _ in range(5):
        assert by_name(name=workflow.name) == [workflow]
    assert planned() == before


def test_other_statements_are_sent_as_before(workflow: Workflow) -> None:
    by_name(name="any")
    before = planned()
    for _ in range(10):
        assert Workflow.objects.get(name=workflow.name) == workflow
    assert planned() == before


def test_a_table_that_has_changed_meanwhile_counts_as_an_outage(
    workflow: Workflow,
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite compiles a statement again by itself.")
    with prepared_cursor(connection) as cursor:
        cursor.execute("CREATE TEMP TABLE changing (value integer)")
        cursor.execute("SELECT * FROM changing WHERE value > %s", [0])
        alter = "ALTER TABLE changing ADD other integer"
        cursor.execute(f"DO $$ BEGIN EXECUTE '{alter}'; END $$", ())
        with pytest.raises(OperationalError, match="cached plan"):
            cursor.execute("SELECT * FROM changing WHERE value > %s", [0])


def test_a_driver_without_prepared_statements_does_without() -> None:
    old = SimpleNamespace(connection=object())
    assert not module._is_direct(old)  # type: ignore[arg-type]

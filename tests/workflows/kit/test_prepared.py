"""Queries that are compiled once answer as those of the ORM."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField

from workflows.kit.prepared import Insert, Param, Save, Select, Update
from workflows.kit.prepared import _prepared as prepared_value
from workflows.models import NodeRun, Workflow, WorkflowExecution

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
Status = WorkflowExecution.Status

of_status = Select(
    lambda: WorkflowExecution.objects.filter(
        status=Param(WorkflowExecution, "status")
    ).select_related("workflow__owner")
)
ids_since = Select(
    lambda: WorkflowExecution.objects.filter(
        created_at__gte=Param(WorkflowExecution, "created_at"), status=Status.PENDING
    ).values_list("pk", "event")
)
start = Update(
    lambda: WorkflowExecution.objects.filter(
        pk=Param(WorkflowExecution, "id"), status=Status.PENDING
    ),
    status=Status.RUNNING,
    started_at=Param(WorkflowExecution, "started_at"),
    workflow=Param(WorkflowExecution, "workflow"),
    event=Param(WorkflowExecution, "event"),
)
insert_nodes = Insert(NodeRun)
save_event = Save(WorkflowExecution, "event", "workflow", "finished_at")


@pytest.fixture
def execution(workflow: Workflow) -> WorkflowExecution:
    return WorkflowExecution.objects.create(
        workflow=workflow, event={"n": [1, "Ä"]}, created_at=NOW
    )


def test_rows_come_back_as_objects_with_their_relations(
    execution: WorkflowExecution, django_assert_num_queries
) -> None:
    for _ in range(2):
        with django_assert_num_queries(1):
            (found,) = of_status(status="pending")
            assert isinstance(found.workflow.owner, User)
        assert found == execution
        assert (found.event, found.created_at) == ({"n": [1, "Ä"]}, NOW)
    assert of_status(status="running") == []


def test_columns_come_back_as_values(execution: WorkflowExecution) -> None:
    assert ids_since(created_at=NOW) == [(execution.pk, {"n": [1, "Ä"]})]
    assert ids_since(created_at=NOW.replace(hour=10)) == []


def test_each_update_writes_what_it_is_given(execution: WorkflowExecution) -> None:
    assert start(id=uuid4(), started_at=NOW, workflow=None, event={}) == 0
    new = {"started_at": NOW, "workflow": None, "event": {"a": None}}
    assert start(id=execution.pk, **new) == 1
    assert start(id=execution.pk, **new) == 0
    execution.refresh_from_db()
    assert (execution.status, execution.started_at) == ("running", NOW)
    assert (execution.workflow, execution.event) == (None, {"a": None})


def test_fields_are_saved_and_no_others(execution: WorkflowExecution) -> None:
    execution.event, execution.finished_at, execution.status = {"x": 1}, NOW, "running"
    save_event(execution)
    execution.refresh_from_db()
    assert (execution.event, execution.finished_at) == ({"x": 1}, NOW)
    assert execution.status == "pending"


def test_rows_are_inserted_once(
    execution: WorkflowExecution, django_assert_num_queries
) -> None:
    nodes = [
        NodeRun(execution=execution, sequence=number, node_id="n", output={"n": number})
        for number in (1, 2)
    ]
    for _ in range(2):
        with django_assert_num_queries(1):
            insert_nodes(rows=nodes)
    found = execution.node_runs.values_list("sequence", "output", "input", "error")
    assert list(found) == [(1, {"n": 1}, None, ""), (2, {"n": 2}, None, "")]


@pytest.mark.django_db(transaction=True)
def test_each_thread_has_its_own(execution: WorkflowExecution) -> None:
    seen = []

    def look() -> None:
        seen.append(of_status(status="pending"))
        connection.close()

    assert of_status(status="pending") == [execution]
    thread = Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [[execution]]


class Prefixed(CharField):
    """Keys that a project writes with a prefix and stores without."""

    def get_db_prep_save(self, value: str, connection: BaseDatabaseWrapper) -> str:
        return value.removeprefix("usr_")


def test_a_field_of_a_project_converts_its_values_itself() -> None:
    alias = connections[DEFAULT_DB_ALIAS]
    assert prepared_value(Prefixed(), alias)("usr_1") == "1"
    assert prepared_value(CharField(), alias)("usr_1") == "usr_1"

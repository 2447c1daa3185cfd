"""Deletion a workflow never holds the database for long, whatever hangs on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from rest_framework.test import APIClient

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.processes.chores import Chores
from schedules.services import Actor, create_schedule, fire_due, run_now
from schedules.services.runs.claims import claim_run
from tests.api import client
from tests.schedules.conftest import NOON, MakeSchedule, alice, make_schedule, workflow
from workflows import services
from workflows.exceptions import WorkflowDeleting
from workflows.kit.errors import DomainError
from workflows.models import Workflow, WorkflowExecution
from workflows.services import dependents
from workflows.services.dependents import (
    DELETED_AT_ONCE,
    DETACHED_AT_ONCE,
    MOST_DELETED,
)

__all__ = ["alice", "make_schedule", "workflow"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MANY = MOST_DELETED + 10


@pytest.fixture
def busy(workflow: Workflow, make_schedule: MakeSchedule) -> Workflow:
    """A workflow with more schedules and executions than one transaction takes away."""
    for number in range(MANY):
        make_schedule(name=f"job {number}")
    WorkflowExecution.objects.bulk_create(
        WorkflowExecution(
            workflow=workflow,
            workflow_name=workflow.name,
            trigger_type="manual",
            trigger_node_id="start",
            status="succeeded",
        )
        for _ in range(DETACHED_AT_ONCE + 1)
    )
    return workflow


@pytest.fixture
def short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step is over after its first statements."""
    monkeypatch.setattr(dependents, "STEP_SECONDS", 0)


def delete(workflow: Workflow, user: User) -> services.Deletion:
    return services.delete_workflow(workflow, user=user, now=NOON)


def test_a_workflow_with_little_history_is_deleted_at_once(
    workflow: Workflow, alice: User, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    deletion = delete(workflow, alice)
    assert deletion.done
    assert deletion.deleted["schedules"] == 1
    assert not Workflow.objects.exists()
    assert not ScheduledJob.objects.exists()


def test_versions_are_no_reason_to_delete_a_workflow_in_steps(alice: User) -> None:
    workflow = services.create_workflow({"name": "w"}, user=alice, now=NOON)
    for number in range(MOST_DELETED + 1):
        node = services.NodeSpec(
            node_id="start", component_type="trigger_manual", label=f"{number}"
        )
        graph = services.GraphSpec([node])
        services.save_graph(workflow, graph, user=alice, now=NOON)
    assert delete(workflow, alice).done
    assert not Workflow.objects.exists()


def test_very_many_versions_are_deleted_in_steps(
    workflow: Workflow, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependents, "MOST_LIGHT", 2)
    assert delete(workflow, alice).done is False


def test_a_workflow_with_much_history_is_deleted_in_short_steps(
    busy: Workflow, alice: User, short_steps: None
) -> None:
    assert not delete(busy, alice).done
    assert Workflow.objects.get().deleting_since == NOON
    left = [MANY]
    for _ in services.finish_deletions():
        left.append(ScheduledJob.objects.count())
        assert left[-2] - left[-1] <= DELETED_AT_ONCE
    assert not Workflow.objects.exists()
    assert ScheduleEvent.objects.filter(verb="stop").count() == MANY
    kept = WorkflowExecution.objects.filter(workflow=None)
    assert kept.count() == DETACHED_AT_ONCE + 1


def test_a_step_takes_what_fits_in_its_time(
    busy: Workflow, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependents, "STEP_SECONDS", 60)
    delete(busy, alice)
    assert list(services.finish_deletions()) == []  # the first was the last


def test_no_step_holds_the_database_for_long(
    busy: Workflow, alice: User, short_steps: None, django_assert_max_num_queries
) -> None:
    delete(busy, alice)
    steps = services.finish_deletions()
    for _ in range(3):
        with django_assert_max_num_queries(15 + 8 * DELETED_AT_ONCE):
            next(steps)


def test_what_is_interrupted_is_finished_later(
    busy: Workflow, alice: User, short_steps: None
) -> None:
    delete(busy, alice)
    next(services.finish_deletions())
    deletion = Chores().beside[0]
    deletion.start_if_needed(NOON)
    assert deletion._thread
    deletion._thread.join()
    assert not Workflow.objects.exists()
    deletion.start_if_needed(NOON)  # nothing waits: no thread
    assert not deletion._thread.is_alive()


VERBS: dict[str, Callable[[Workflow, User, ScheduledJob], object]] = {
    "rename": lambda workflow, user, _: services.update_workflow(
        workflow, {"name": "new"}, user=user, now=NOON
    ),
    "activate": lambda workflow, user, _: services.update_workflow(
        workflow, {"is_active": True}, user=user, now=NOON
    ),
    "save its graph": lambda workflow, user, _: services.save_graph(
        workflow,
        services.GraphSpec(
            [services.NodeSpec(node_id="start", component_type="trigger_schedule")]
        ),
        user=user,
        now=NOON,
    ),
    "schedule it": lambda workflow, user, _: create_schedule(
        {"name": "new", "workflow": workflow, "interval_seconds": 60},
        actor=Actor.person(user),
        now=NOON,
    ),
    "run a schedule of it": lambda _, user, schedule: run_now(
        schedule.pk, actor=Actor.person(user), now=NOON
    ),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_workflow_being_deleted_cannot_be_used(
    busy: Workflow, alice: User, verb: str
) -> None:
    delete(busy, alice)
    schedule = ScheduledJob.objects.first()
    assert schedule
    with pytest.raises(DomainError) as refused:
        VERBS[verb](busy, alice, schedule)
    assert WorkflowDeleting().message in str(refused.value)


def test_a_run_that_was_due_does_not_start(busy: Workflow, alice: User) -> None:
    schedule = ScheduledJob.objects.all()[0]
    assert schedule.next_run_at
    fire_due(schedule.next_run_at, schedule_id=schedule.pk)
    delete(busy, alice)
    run = ScheduledRun.objects.get()
    token = run.pk
    assert claim_run(run.pk, 1, token=token, now=schedule.next_run_at) is None
    run.refresh_from_db()
    assert (run.status, run.reason) == ("cancelled", "stopped")


def test_asking_twice_is_harmless(busy: Workflow, alice: User) -> None:
    delete(busy, alice)
    before = Workflow.objects.get().version
    assert not delete(busy, alice).done
    assert Workflow.objects.get().version == before


def test_a_dry_run_counts_and_writes_nothing(
    busy: Workflow, alice: User, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(20) as queries:
        told = services.preview_deletion(busy, user=alice)
    assert (told.deleted["schedules"], told.done) == (MANY, False)
    if connection.vendor == "sqlite":
        assert all(query["sql"].startswith("SELECT") for query in queries)


def test_rest_says_that_it_goes_on_in_the_background(
    busy: Workflow, alice: User
) -> None:
    api: APIClient = client(alice)
    address = f"/api/v1/workflows/{busy.pk}/"
    dry = api.delete(f"{address}?dry_run=true")
    assert (dry.status_code, dry.json()["deleted"]["schedules"]) == (200, MANY)
    assert api.get(address).json()["deleting_since"] is None
    answer = api.delete(address)
    assert (answer.status_code, answer.json()["deleted"]["schedules"]) == (202, MANY)
    assert api.get(address).json()["deleting_since"] is not None
    assert api.patch(address, {"name": "new"}, format="json").status_code == 409
    for _ in services.finish_deletions():
        pass
    assert api.get(address).status_code == 404

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest
from django.db import connection

from tests.graphs import add_graph
from triggers.manual import run_workflow
from workflows.execution import jobs
from workflows.models import Workflow, WorkflowExecution
from workflows.registry import config_problems, registry
from workflows.services import cancel_execution

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def waiting(workflow: Workflow) -> Workflow:
    """start -> pause, which takes a minute"""
    workflow.nodes.all().delete()
    nodes = {"start": ("trigger_manual", {}), "pause": ("wait", {"seconds": 60})}
    add_graph(workflow, nodes, [("start", "pause")])
    return workflow


def start(workflow: Workflow) -> WorkflowExecution:
    return run_workflow(workflow, {}, user=workflow.owner, now=NOW)


def work_on(execution: WorkflowExecution) -> float:
    """Run it as a worker does; returns how many seconds it took."""
    started = time.monotonic()
    jobs.run_execution(str(execution.pk))
    execution.refresh_from_db()
    return time.monotonic() - started


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_the_flow_goes_on_after_the_seconds(waiting: Workflow, redis):
    waiting.nodes.filter(node_id="pause").update(config={"seconds": 0.2})
    execution = start(waiting)
    assert 0.2 <= work_on(execution) < 6
    assert execution.status == "succeeded"
    assert execution.node_runs.get(node_id="pause").output == {"seconds": 0.2}


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_cancelling_ends_a_wait(waiting: Workflow, redis):
    execution = start(waiting)

    def cancel_once_it_waits() -> None:
        while not execution.node_runs.filter(node_id="pause").exists():
            time.sleep(0.02)
        cancel_execution(execution, user=waiting.owner, now=NOW)
        connection.close()

    someone = threading.Thread(target=cancel_once_it_waits)
    someone.start()
    assert work_on(execution) < 5
    someone.join()
    assert (execution.status, execution.failed_node) == ("cancelled", "")
    assert execution.node_runs.get(node_id="pause").status == "cancelled"


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_the_deadline_of_the_run_ends_a_wait(waiting: Workflow, redis, ostinato):
    ostinato(EXECUTION_TIMEOUT_SECONDS=1)
    execution = start(waiting)
    assert work_on(execution) < 6
    assert (execution.status, execution.error) == ("failed", "Timed out after 1 s.")


@pytest.mark.django_db(transaction=True)
def test_a_limit_that_was_lowered_since_holds(waiting: Workflow, redis, ostinato):
    ostinato(WAIT_NODE_MAX_SECONDS=5)
    execution = start(waiting)
    assert work_on(execution) < 6
    assert (
        execution.error == "This site allows at most 5 seconds (WAIT_NODE_MAX_SECONDS)."
    )


@pytest.mark.parametrize("config", [{"seconds": 0}, {"seconds": 301}, {"seconds": "1"}])
def test_the_seconds_are_bounded(config):
    wait = registry.components["wait"]
    assert [path for path, _ in config_problems(wait, config)] == ["seconds"]
    assert not list(config_problems(wait, {"seconds": 300}))

"""An agent in a real worker, whose model is a provider on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from tests.integration.processes import Manage, manage, wait_until
from tests.openai_server import Provider, calls, conversation, dawdles, provider, says
from tests.schedules.conftest import MakeSchedule
from tests.workflows.agents.conftest import KEY, agent, give, kinds, node_of
from triggers.manual import run_workflow
from workflows.models import Workflow, WorkflowExecution
from workflows.services import cancel_execution

__all__ = ["agent"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(alice: User) -> User:
    return alice


@pytest.fixture
def site() -> Iterator[Provider]:
    with provider() as server:
        yield server


@pytest.fixture
def worker(
    child_env: dict[str, str], tmp_path: Path, site: Provider
) -> Iterator[Manage]:
    model = {
        "AGENT_BASE_URL": site.url,
        "AGENT_API_KEY": KEY,
        "AGENT_MODEL": "test-model",
        "LOG_LEVEL": "DEBUG",
    }
    with manage(child_env | model, tmp_path, "rqworker", "workflows") as process:
        yield process
    # With all that the libraries have to say.
    assert "httpcore2" in process.log.read_text()
    assert KEY not in process.log.read_text()


def ended(execution: WorkflowExecution) -> bool:
    execution.refresh_from_db()
    return execution.finished_at is not None


@pytest.mark.both_databases
def test_a_worker_lists_creates_pauses_and_stops_a_schedule(
    agent: Workflow, worker: Manage, site: Provider
) -> None:
    give(agent, *(f"schedule_{verb}" for verb in ("list", "create", "pause", "stop")))
    site.follow(*conversation("helper"))
    execution = run_workflow(agent, {}, user=agent.owner, now=timezone.now())
    wait_until(lambda: ended(execution))
    node = node_of(execution)
    assert execution.status == "succeeded", node.error
    assert len(kinds(node)) == 9
    assert not ScheduledJob.objects.exists()
    events = ScheduleEvent.objects.order_by("id")
    assert [(event.verb, event.actor_kind) for event in events] == [
        ("create", "agent"),
        ("pause", "agent"),
        ("stop", "agent"),
    ]
    assert {event.execution_id for event in events} == {execution.pk}


def test_an_agent_that_a_schedule_started_is_refused_to_breed(
    agent: Workflow,
    worker: Manage,
    scheduler: Manage,
    site: Provider,
    make_schedule: MakeSchedule,
) -> None:
    give(agent, "schedule_create")
    more = {"name": "more", "workflow": "helper", "interval_seconds": 3600}
    site.follow(calls("schedule_create", more), says("It was refused."))
    parent = make_schedule(
        timezone.now(), workflow=agent, interval_seconds=1, max_runs=1
    )
    wait_until(lambda: ScheduledRun.objects.filter(status="succeeded").exists())
    run = ScheduledRun.objects.get(status="succeeded")
    assert run.execution is not None
    refused = node_of(run.execution).output["calls"][1]
    assert refused["result"]["error"]["code"] == "agent_depth"
    assert ScheduledJob.objects.get() == parent


def test_cancelling_ends_a_conversation_that_hangs(
    agent: Workflow, worker: Manage, site: Provider
) -> None:
    site.follow(dawdles(30))
    execution = run_workflow(agent, {}, user=agent.owner, now=timezone.now())
    wait_until(lambda: bool(site.seen))
    cancel_execution(execution, user=agent.owner, now=timezone.now())
    wait_until(lambda: ended(execution))
    assert execution.status == "cancelled"
    assert kinds(node_of(execution)) == ["model"]

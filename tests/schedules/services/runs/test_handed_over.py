"""A run that its last node has handed over to the backend of a Task: no process holds it, and
what the backend says becomes its outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from redis import Redis

from schedules.jobs import execute_scheduled_trigger
from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import fire_due, sweep
from schedules.services.runs.handed_over import are_handed_over, poll_handed_over
from schedules.services.runs.outcomes import close_lost_run
from tests.schedules.conftest import MakeSchedule
from tests.workflows.running import component
from workflows.execution.endings import WORKER_LOST
from workflows.execution.task_results import TaskEnd, TaskUnknown
from workflows.models import NodeRun, Workflow, WorkflowEdge, WorkflowNode
from workflows.registry import Component, Config, Context, Result, registry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
Fire = Callable[..., ScheduledRun]
HOUR = timedelta(hours=1)


def enqueue(config: Config, context: Context) -> Result:
    """A node that hands over, as `call_function` does with a Task."""
    context.hand_over("result-1", "default")
    return Result({"task_result_id": "result-1"}, handed_over=True)


@pytest.fixture
def fire(
    redis: Redis, make_schedule: MakeSchedule, workflow: Workflow
) -> Iterator[Fire]:
    """Fire one tick whose workflow hands over in its only node, and execute it."""
    WorkflowNode.objects.filter(node_id="say").update(component_type="probe", config={})

    def fired(**fields: Any) -> ScheduledRun:
        now = timezone.now()
        make_schedule(now=now - timedelta(seconds=61), **fields)
        fire_due(now)
        run = ScheduledRun.objects.get()
        execute_scheduled_trigger(
            str(run.schedule_id), run.scheduled_for.isoformat(), str(run.id), 1
        )
        run.refresh_from_db()
        return run

    with component(enqueue):
        yield fired


def says(answer: TaskEnd | None) -> Callable[[str, str], TaskEnd | None]:
    """A backend that answers this, about the one result that it has."""

    def ask(backend: str, result_id: str) -> TaskEnd | None:
        assert (backend, result_id) == ("default", "result-1")
        return answer

    return ask


def forgot(backend: str, result_id: str) -> TaskEnd | None:
    raise TaskUnknown


def away(backend: str, result_id: str) -> TaskEnd | None:
    raise OSError("no route to the backend")


def outcome(run: ScheduledRun) -> tuple[str, str]:
    run.refresh_from_db()
    assert run.execution is not None
    assert run.execution.status == run.status
    assert run.execution.failure_kind == run.failure_kind
    return run.status, run.failure_kind


def test_the_id_is_on_record_and_no_lease_can_run_out(fire: Fire) -> None:
    run = fire()
    assert (run.status, run.task_result_id, run.lease_until) == (
        "running",
        "result-1",
        None,
    )
    node = NodeRun.objects.get(node_id="say")
    assert (node.status, node.output) == ("running", {"task_result_id": "result-1"})
    later = timezone.now() + HOUR
    assert sweep(later, judge_leases=True).workers_lost == 0
    assert run.token is not None
    assert not close_lost_run(run.id, run.token, observed=WORKER_LOST, now=later)
    assert outcome(run) == ("running", "")


def test_it_ends_as_the_task_does(fire: Fire) -> None:
    run = fire()
    now = timezone.now()
    assert are_handed_over()
    assert poll_handed_over(now, says(None)) == 0
    assert poll_handed_over(now, says(TaskEnd({"sent": 3, "password": "x"}))) == 1
    assert outcome(run) == ("succeeded", "")
    node = NodeRun.objects.get(node_id="say")
    assert node.status == "succeeded"
    assert node.output["sent"] == 3
    assert node.output["password"] != "x"
    assert (run.task_result_id, run.token, run.finished_at) == (None, None, now)
    assert not are_handed_over()
    schedule = ScheduledJob.objects.get()
    assert (schedule.run_count, schedule.error_count) == (1, 0)


def test_a_failed_task_fails_the_run_which_may_be_tried_again(fire: Fire) -> None:
    run = fire(max_retries=1, retry_backoff_seconds=0)
    poll_handed_over(timezone.now(), says(TaskEnd(error="The task failed. KeyError")))
    run.refresh_from_db()
    assert (run.status, run.attempt, run.task_result_id) == ("waiting", 2, None)
    node = NodeRun.objects.get(node_id="say")
    assert (node.status, node.error) == ("failed", "The task failed. KeyError")


def test_a_value_that_cannot_be_recorded_is_a_failure(fire: Fire) -> None:
    run = fire()
    poll_handed_over(timezone.now(), says(TaskEnd("x" * 300_000)))
    assert outcome(run) == ("failed", "node")
    assert "output of the node" in run.error


def test_past_its_deadline_it_has_timed_out_and_says_that_the_task_may_run(
    fire: Fire,
) -> None:
    run = fire(timeout_seconds=60)
    poll_handed_over(timezone.now() + timedelta(seconds=50), says(None))
    assert outcome(run) == ("running", "")
    poll_handed_over(timezone.now() + timedelta(seconds=61), says(None))
    assert outcome(run) == ("failed", "timeout")
    assert run.error == (
        "Timed out after 60 s. The task itself may still run on its backend."
    )


def test_cancelled_it_ends_and_says_that_the_task_may_run(fire: Fire) -> None:
    run = fire()
    ScheduledRun.objects.update(cancel_requested_at=timezone.now())
    poll_handed_over(timezone.now(), says(None))
    assert outcome(run) == ("cancelled", "")
    assert run.error == "Cancelled. The task itself may still run on its backend."


@pytest.mark.parametrize("asked", [HOUR, -HOUR], ids=["in time", "late"])
def test_what_the_task_has_done_counts_more_than_the_deadline(
    fire: Fire, asked: timedelta
) -> None:
    run = fire(timeout_seconds=60)
    poll_handed_over(timezone.now() + asked, says(TaskEnd(1)))
    assert outcome(run) == ("succeeded", "")


def test_a_backend_that_has_forgotten_it_loses_the_run(fire: Fire) -> None:
    run = fire()
    poll_handed_over(timezone.now(), forgot)
    assert outcome(run) == ("failed", "lost")


def test_a_backend_that_is_away_is_asked_again_until_the_deadline(fire: Fire) -> None:
    run = fire(timeout_seconds=60)
    assert poll_handed_over(timezone.now(), away) == 0
    assert outcome(run) == ("running", "")
    poll_handed_over(timezone.now() + HOUR, away)
    assert outcome(run) == ("failed", "timeout")


def test_only_the_last_node_can_hand_over(fire: Fire, workflow: Workflow) -> None:
    say = workflow.nodes.get(node_id="say")
    after = workflow.nodes.create(
        node_id="after", component_type="template", config={"text": "x"}
    )
    WorkflowEdge.objects.create(workflow=workflow, source=say, target=after)
    run = fire()
    assert outcome(run) == ("failed", "node")
    assert "Only the last node" in run.error


def test_a_run_that_was_asked_to_end_is_not_handed_over(
    fire: Fire, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled_first(self: Component, config: Config, context: Context) -> Result:
        ScheduledRun.objects.update(cancel_requested_at=timezone.now())
        return enqueue(config, context)

    monkeypatch.setattr(type(registry.components["probe"]), "run", cancelled_first)
    run = fire()
    assert run.status in ("cancelled", "failed")
    assert run.task_result_id is None


def test_when_a_backend_was_last_asked_is_on_record(
    fire: Fire,
) -> None:
    fire()
    now = timezone.now() + timedelta(seconds=9)
    poll_handed_over(now, says(None))
    assert ScheduledRun.objects.get().polled_at == now

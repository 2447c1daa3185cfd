from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import timezone
from redis import Redis
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from triggers.exceptions import NoTrigger
from triggers.manual import run_workflow
from workflows.exceptions import ExecutionFinished, TimedOut
from workflows.execution import jobs, standalone
from workflows.execution.abandon import close_held
from workflows.execution.endings import WORKER_LOST
from workflows.execution.process_state import Held
from workflows.execution.queue import JSONJob, queue
from workflows.execution.standalone import claim_execution, token_at
from workflows.kit.errors import InvalidInput, NotFound
from workflows.models import Workflow, WorkflowExecution
from workflows.safety.deadline import deadline
from workflows.services import (
    cancel_execution,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = NOW + timedelta(seconds=10)
Status = WorkflowExecution.Status


def start(workflow: Workflow) -> WorkflowExecution:
    return run_workflow(workflow, {"name": "Ada"}, user=workflow.owner, now=NOW)


def work() -> None:
    worker = SimpleWorker(
        [queue()],
        connection=queue().connection,
        job_class=JSONJob,
        serializer=JSONSerializer,
    )
    worker.work(burst=True)


def test_a_manual_run_is_queued_claimed_and_run(workflow: Workflow, redis: Redis):
    execution = start(workflow)
    assert queue().job_ids == [f"execution-{execution.pk}-0"]
    execution.refresh_from_db()
    assert (execution.status, execution.enqueued_at) == (Status.PENDING, NOW)
    work()
    execution.refresh_from_db()
    assert execution.status == Status.SUCCEEDED
    assert execution.node_runs.get(node_id="greet").output == "Hello Ada"


def test_the_death_of_a_process_does_not_close_what_another_has_claimed(
    workflow: Workflow, redis: Redis
):
    execution = start(workflow)
    assert claim_execution(execution.pk, now=LATER)
    slower = Held("execution", execution.pk, token_at(NOW))
    close_held(slower, observed=WORKER_LOST, now=LATER)
    execution.refresh_from_db()
    assert execution.status == Status.RUNNING
    close_held(slower._replace(token=token_at(LATER)), observed=WORKER_LOST, now=LATER)
    execution.refresh_from_db()
    assert execution.status == Status.FAILED


def test_a_claim_whose_answer_was_lost_is_found_again(
    workflow: Workflow, redis: Redis, monkeypatch: pytest.MonkeyPatch
):
    execution = start(workflow)
    answers = [True, False]

    def lose(execution_id: UUID, *, now: datetime) -> object:
        started = claim_execution(execution_id, now=now)
        if answers.pop(0):
            raise OperationalError("the connection was cut")
        return started

    monkeypatch.setattr(standalone, "claim_execution", lose)
    monkeypatch.setattr("workflows.kit.database_retry.PAUSE_SECONDS", 0)
    told: list[datetime] = []
    times = iter([NOW, LATER])
    found = standalone.claim_or_find(
        execution.pk, clock=lambda: next(times), taking=told.append
    )
    assert found
    assert found.execution.started_at == told[-1] == NOW


def test_a_run_that_takes_too_long_is_ended(workflow: Workflow, redis, ostinato):
    ostinato(EXECUTION_TIMEOUT_SECONDS=1)
    endless = (
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    )
    workflow.nodes.filter(node_id="greet").update(config={"text": endless})
    execution = start(workflow)
    jobs.run_execution(str(execution.pk))
    execution.refresh_from_db()
    assert (execution.status, execution.failed_node) == (Status.FAILED, "greet")
    assert execution.failure_kind == "timeout"
    assert execution.error == "Timed out after 1 s."


def test_a_deadline_gives_the_alarm_back():
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(TimedOut), deadline(0.01):
        signal.pause()
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_a_pending_execution_is_cancelled_at_once_and_never_runs(workflow, redis):
    execution = cancel_execution(start(workflow), user=workflow.owner, now=LATER)
    assert (execution.status, execution.finished_at) == (Status.CANCELLED, LATER)
    work()
    assert not execution.node_runs.exists()
    again = cancel_execution(execution, user=workflow.owner, now=timezone.now())
    assert again.finished_at == LATER


def test_a_running_execution_is_asked_to_stop(workflow, redis):
    execution = start(workflow)
    WorkflowExecution.objects.update(status=Status.RUNNING)
    execution = cancel_execution(execution, user=workflow.owner, now=LATER)
    assert (execution.status, execution.cancel_requested_at) == (Status.RUNNING, LATER)


def test_what_has_ended_cannot_be_cancelled(workflow, redis):
    execution = start(workflow)
    work()
    with pytest.raises(ExecutionFinished, match="succeeded"):
        cancel_execution(execution, user=workflow.owner, now=LATER)


def test_only_those_who_may_see_a_workflow_can_run_it(workflow: Workflow):
    eve = User.objects.create_user("eve")
    with pytest.raises(NotFound):
        run_workflow(workflow, {}, user=eve, now=NOW)


@pytest.mark.parametrize(
    "payload", [{"a": "x" * 65_536}, {"a": "\x00"}, {"a": float("inf")}]
)
def test_a_payload_that_cannot_be_kept_is_refused(workflow: Workflow, payload):
    with pytest.raises(InvalidInput) as refusal:
        run_workflow(workflow, payload, user=workflow.owner, now=NOW)
    assert list(refusal.value.errors) == ["payload"]
    assert not WorkflowExecution.objects.exists()


def test_without_a_manual_trigger_nothing_is_run(workflow: Workflow):
    workflow.nodes.filter(node_id="start").delete()
    with pytest.raises(NoTrigger, match='"greeting" has no active trigger_manual node'):
        start(workflow)


def test_an_unknown_execution_is_nobodys(redis: Redis):
    jobs.run_execution(str(uuid4()))

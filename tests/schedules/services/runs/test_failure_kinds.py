"""Each way in which an attempt fails, and the kind that run and execution keep of it.

How lost processes are recorded: `test_outcomes`; with real ones: `integration`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from redis import Redis

from schedules import jobs
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import fire_due
from tests.schedules.conftest import MakeSchedule
from workflows.failures import FailureKind
from workflows.models import Workflow, WorkflowNode

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def attempt(
    make_schedule: MakeSchedule,
    *,
    before: Callable[[], object] = lambda: None,
    **fields: object,
) -> ScheduledRun:
    """A run whose one attempt has ended; `before` comes between its firing and its start."""
    now = timezone.now()
    make_schedule(now=now - timedelta(seconds=61), **fields)
    fire_due(now)
    before()
    run = ScheduledRun.objects.get()
    jobs.execute_scheduled_trigger(
        str(run.schedule_id), run.scheduled_for.isoformat(), str(run.id), run.attempt
    )
    run.refresh_from_db()
    return run


def nodes(workflow: Workflow, node_id: str) -> Callable[..., int]:
    return WorkflowNode.objects.filter(workflow=workflow, node_id=node_id).update


def node_fails(workflow: Workflow) -> None:
    nodes(workflow, "say")(config={"text": "{{ nobody.knows }}"})


def takes_too_long(workflow: Workflow) -> None:
    loop = "{% for n in range(99999) %}"
    nodes(workflow, "say")(config={"text": loop * 2 + "{% endfor %}" * 2})


def trigger_is_off(workflow: Workflow) -> None:
    nodes(workflow, "start")(is_active=False)


def workflow_is_off(workflow: Workflow) -> None:
    Workflow.objects.update(is_active=False)


def somebody_else_has_it(workflow: Workflow) -> None:
    Workflow.objects.update(owner=User.objects.create_user("eve"))


def component_is_gone(workflow: Workflow) -> None:
    nodes(workflow, "say")(component_type="unheard_of")


@pytest.mark.parametrize(
    ("problem", "kind", "has_execution"),
    [
        (node_fails, "node", True),
        (takes_too_long, "timeout", True),
        (trigger_is_off, "no_trigger", False),
        (workflow_is_off, "no_trigger", False),
        (somebody_else_has_it, "not_allowed", False),
        (component_is_gone, "broken", True),
    ],
)
def test_an_attempt_that_fails_keeps_its_kind(
    redis: Redis,
    make_schedule: MakeSchedule,
    workflow: Workflow,
    problem: Callable[[Workflow], None],
    kind: str,
    has_execution: bool,  # noqa: FBT001
) -> None:
    seconds = 1 if problem is takes_too_long else 60
    run = attempt(
        make_schedule, before=lambda: problem(workflow), timeout_seconds=seconds
    )
    assert (run.status, run.failure_kind) == ("failed", kind)
    assert (run.execution is not None) == has_execution
    if run.execution:
        assert (run.execution.status, run.execution.failure_kind) == ("failed", kind)
    # Only what cannot succeed before somebody repairs it pauses the schedule at once.
    status = "paused" if kind == FailureKind.BROKEN else "active"
    assert ScheduledJob.objects.get().status == status
    pauses = ScheduleEvent.objects.filter(verb="pause")
    kinds = [event.after["failure_kind"] for event in pauses]
    assert kinds == ["broken"] * (status == "paused")


def test_an_error_of_ours_is_a_crash(
    redis: Redis, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise ValueError("a secret")

    monkeypatch.setattr("workflows.execution.engine.next_step", crash)
    run = attempt(make_schedule)
    assert (run.failure_kind, run.execution.failure_kind) == ("crash", "crash")
    assert "a secret" not in run.error


def test_what_succeeds_or_is_tried_again_says_so(
    redis: Redis, make_schedule: MakeSchedule, workflow: Workflow
) -> None:
    node_fails(workflow)
    run = attempt(make_schedule, max_retries=1, retry_backoff_seconds=0)
    assert (run.status, run.attempt, run.failure_kind) == ("waiting", 2, "node")
    nodes(workflow, "say")(config={"text": "hello"})
    ScheduledRun.objects.update(status="pending", not_before=None)
    jobs.execute_scheduled_trigger(str(run.schedule_id), None, str(run.id), 2)
    run.refresh_from_db()
    assert (run.status, run.failure_kind) == ("succeeded", "")

"""The tools as steps of a workflow, and as an agent node offers them to a model."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from redis import Redis

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import Actor, create_schedule, fire_due, run_now
from schedules.services.runs.claims import claim_run
from tests.graphs import add_graph
from tests.schedules.conftest import NOON, MakeSchedule
from triggers.dispatch import dispatch_event
from triggers.manual import run_workflow
from workflows.execution.engine import run_execution
from workflows.models import NodeRun, Workflow, WorkflowExecution
from workflows.registry import config_problems, registry
from workflows.tools import ToolContext, call_tool

pytestmark = pytest.mark.django_db
NAMES = ["create", "pause", "resume", "stop", "list"]
CREATE = {
    "name": "for {{ trigger.payload.who }}",
    "workflow": "nightly",
    "interval_seconds": "{{ trigger.payload.every }}",
    "payload": {"who": "{{ trigger.payload.who }}"},
}


@pytest.fixture
def steps(alice: User, workflow: Workflow) -> Workflow:
    """Creates a schedule of the nightly workflow, and pauses it."""
    steps = Workflow.objects.create(name="steps", owner=alice)
    pause = {"schedule_id": "{{ nodes.make.output.id }}"}
    add_graph(
        steps,
        {
            "start": ("trigger_manual", {}),
            "tick": ("trigger_schedule", {}),
            "make": ("schedule_create", CREATE),
            "hold": ("schedule_pause", pause),
        },
        [("start", "make"), ("tick", "make"), ("make", "hold")],
    )
    return steps


def run(steps: Workflow, kind: Any = "manual", **payload: Any) -> WorkflowExecution:
    event: Any = {"fired_at": NOON.isoformat(), "payload": payload}
    execution = dispatch_event(
        kind,
        event,
        workflow=steps,
        now=NOON,
        status=WorkflowExecution.Status.RUNNING,
    )
    return run_execution(execution, clock=lambda: NOON)


def test_steps_schedule_in_the_name_of_the_owner(steps: Workflow, alice: User):
    execution = run(steps, who="Ada", every=7200)
    assert execution.status == "succeeded", execution.error
    schedule = ScheduledJob.objects.get()
    assert (schedule.name, schedule.interval_seconds) == ("for Ada", 7200)
    assert schedule.trigger_payload == {"who": "Ada"}
    assert (schedule.status, schedule.owner) == ("paused", alice)
    events = set(ScheduleEvent.objects.values_list("actor_kind", "execution_id"))
    assert events == {("agent", execution.pk)}


def test_whoever_has_them_run_they_reach_only_what_their_author_may(
    workflow: Workflow, alice: User, redis: Redis
):
    """Else the author of a workflow would act by the hand of the staff that runs it."""
    root = User.objects.create_superuser("root")
    actor = Actor.person(root)

    def of_root(workflow: Workflow) -> ScheduledJob:
        fields = {"name": "r", "workflow": workflow, "interval_seconds": 60}
        return create_schedule(fields, actor=actor, now=NOON)

    theirs = of_root(workflow)
    trap = Workflow.objects.create(name="trap", owner=alice)
    stop = ("schedule_stop", {"schedule_id": str(theirs.pk)})
    add_graph(
        trap,
        {
            "start": ("trigger_manual", {}),
            "tick": ("trigger_schedule", {}),
            "stop": stop,
        },
        [("start", "stop"), ("tick", "stop")],
    )
    by_hand = run_workflow(trap, {}, user=root, now=NOON)
    assert by_hand.event["started_by"] == "root"
    asked = run_now(of_root(trap).pk, actor=actor, now=NOON)
    claim = claim_run(asked.pk, 1, token=uuid4(), now=NOON)
    assert claim
    WorkflowExecution.objects.update(status="running")
    for started in WorkflowExecution.objects.all():
        execution = run_execution(started, clock=lambda: NOON)
        assert (execution.owner, execution.failed_node) == (alice, "stop")
    assert ScheduledJob.objects.filter(pk=theirs.pk).exists()


def test_a_refusal_fails_the_node_with_rule_and_remedy(steps: Workflow):
    execution = run(steps, who="Ada", every=1)
    assert (execution.status, execution.failed_node) == ("failed", "make")
    assert "at most every 60 seconds" in execution.error
    assert "Give interval_seconds of 60 or more." in execution.error
    assert not ScheduledJob.objects.exists()


def test_a_template_that_gives_another_type_fails_the_node(steps: Workflow):
    execution = run(steps, who="Ada", every="often")
    assert "interval_seconds" in execution.error
    assert not ScheduledJob.objects.exists()


def test_a_run_that_a_schedule_started_does_not_breed(
    steps: Workflow, make_schedule: MakeSchedule
):
    parent = make_schedule(workflow=steps)
    fire_due(parent.next_run_at)
    execution = run(steps, "schedule", who="Ada", every=60)
    assert execution.status == "failed"
    assert "started" in execution.error
    assert ScheduledJob.objects.get() == parent
    assert ScheduledRun.objects.count() == 1


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_component_of_the_scheduler(name: str):
    component = registry.components[f"schedule_{name}"]
    assert component.category == "Scheduler"
    assert component.description
    is_orange = component.colour == "#dd5b16"
    assert is_orange == (name in ("pause", "stop"))
    assert is_orange or component.colour == "#d98a04"
    missing = {path for path, _ in config_problems(component, {})}
    assert missing == set(component.config_schema["required"])


def test_people_read_that_stopping_deletes():
    labels = {registry.components[f"schedule_{name}"].label for name in NAMES}
    assert "Delete schedule" in labels
    assert not any("stop" in label.lower() for label in labels)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"interval_seconds": 0}, "interval_seconds"),
        ({"interval_seconds": "often"}, "interval_seconds"),
        ({"name": ""}, "name"),
        ({"name": "{{ oops"}, "name"),
        ({"every": 60}, "every"),
        ({"overlap_policy": "{{ trigger.payload.p }}"}, "overlap_policy"),
    ],
)
def test_a_step_that_cannot_work_is_refused_on_saving(config, field):
    component = registry.components["schedule_create"]
    whole = {"name": "job", "workflow": "nightly", **config}
    assert {path for path, _ in config_problems(component, whole)} == {field}


def test_a_model_fills_in_what_the_node_leaves_open(alice: User, workflow: Workflow):
    component = registry.components["schedule_create"]
    tool = component.as_tool({"workflow": "nightly", "interval_seconds": 3600})
    assert tool is not None
    assert "interval_seconds" not in tool.input_schema["properties"]
    assert tool.input_schema["required"] == ["name"]
    context = ToolContext(user=alice, clock=lambda: NOON)
    made = call_tool(tool, {"name": "{{ 6 * 7 }}"}, context)
    assert ScheduledJob.objects.get().name == "{{ 6 * 7 }}"  # a model's words are words
    assert UUID(made.content["id"]) == ScheduledJob.objects.get().pk
    refused = call_tool(tool, {"name": "a", "interval_seconds": 60}, context)
    assert refused.content["error"]["problems"] == [
        {"field": "interval_seconds", "message": "This field does not exist."}
    ]


def test_what_the_node_fixes_is_checked_too(alice: User, workflow: Workflow):
    tool = registry.components["schedule_create"].as_tool({"interval_seconds": "x"})
    assert tool is not None
    context = ToolContext(user=alice, clock=lambda: NOON)
    refused = call_tool(tool, {"name": "a", "workflow": "nightly"}, context)
    assert refused.content["error"]["problems"][0]["field"] == "interval_seconds"


def test_what_a_step_took_and_gave_is_on_record(steps: Workflow):
    execution = run(steps, who="Ada", every=7200)
    made = NodeRun.objects.get(execution=execution, node_id="make")
    assert made.input["name"] == "for Ada"
    assert made.output["sentence"] == "Every 2 hours"

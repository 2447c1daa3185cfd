from __future__ import annotations

from asyncio import CancelledError
from itertools import count, pairwise

import pytest

from tests.graphs import add_graph, saying
from tests.workflows.running import NOW, clock, component, fire, run, statuses
from workflows.exceptions import Cancelled, InvalidGraph, TimedOut
from workflows.execution import definition
from workflows.execution.engine import run_execution
from workflows.kit.errors import WrongState
from workflows.models import NodeRun, Workflow, WorkflowExecution, WorkflowNode
from workflows.registry import Result
from workflows.services import EdgeSpec, GraphSpec, NodeSpec, save_graph

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
Status = WorkflowExecution.Status


@pytest.fixture
def probing(workflow: Workflow) -> Workflow:
    """start -> probe -> after"""
    workflow.nodes.all().delete()
    add_graph(
        workflow,
        {
            "start": ("trigger_manual", {}),
            "probe": ("probe", {}),
            "after": ("template", {"text": "after"}),
        },
        [("start", "probe"), ("probe", "after")],
    )
    return workflow


def save_saying(workflow: Workflow, text: str) -> None:
    save_graph(workflow, saying(text), user=workflow.owner, now=NOW)


def test_each_node_is_recorded_with_what_went_in_and_came_out(workflow: Workflow):
    execution = run(workflow, {"name": "Ada"})
    assert execution.status == Status.SUCCEEDED
    assert execution.finished_at == NOW
    start, greet = execution.node_runs.all()
    assert start.output["payload"] == {"name": "Ada"}
    assert (greet.input, greet.output) == ({"text": "Hello Ada"}, "Hello Ada")
    assert (greet.port, greet.started_at, greet.finished_at) == ("out", NOW, NOW)
    assert greet.component_type == "template"


def test_only_what_the_fired_trigger_leads_to_runs(workflow: Workflow):
    assert "tick" not in statuses(run(workflow, {"name": "Ada"}))


def test_a_switch_chooses_the_branch_and_the_other_is_skipped(workflow: Workflow):
    workflow.nodes.all().delete()
    case = {"port": "big", "when": "trigger.payload.n > 10"}
    add_graph(
        workflow,
        {
            "start": ("trigger_manual", {}),
            "size": ("switch", {"cases": [case], "default": "small"}),
            "big": ("template", {"text": "big"}),
            "small": ("template", {"text": "small"}),
            "join": ("template", {"text": "{{ nodes.size.output.port }}"}),
        },
        [
            ("start", "size"),
            ("size", "big", "big"),
            ("size", "small", "small"),
            ("big", "join"),
            ("small", "join"),
        ],
    )
    execution = run(workflow, {"n": 11})
    assert statuses(execution) == {
        "start": "succeeded",
        "size": "succeeded",
        "big": "succeeded",
        "small": "skipped",
        "join": "succeeded",
    }
    assert execution.node_runs.get(node_id="join").output == "big"
    assert statuses(run(workflow, {"n": 1}))["big"] == "skipped"


def test_an_inactive_node_and_what_only_it_leads_to_is_skipped(workflow: Workflow):
    workflow.nodes.filter(node_id="greet").update(is_active=False)
    assert statuses(run(workflow)) == {"start": "succeeded", "greet": "skipped"}


def test_the_first_failed_node_ends_the_run_and_is_named(workflow: Workflow):
    execution = run(workflow, {})
    assert (execution.status, execution.failed_node) == (Status.FAILED, "greet")
    assert "has no attribute 'name'" in execution.error
    assert execution.node_runs.get(node_id="greet").error == execution.error


def test_a_crash_is_recorded_without_its_text(probing: Workflow, caplog):
    def crash(config, context):
        raise ValueError("token=s3cret")

    with component(crash):
        execution = run(probing)
    assert statuses(execution) == {"start": "succeeded", "probe": "failed"}
    assert "ValueError" in execution.error
    assert "s3cret" not in execution.error


@pytest.mark.parametrize(
    ("exception", "error"),
    [
        (SystemExit(), "The node exited the process with exit status 0."),
        (SystemExit(259), "The node exited the process with exit status 3."),
        (SystemExit("a secret"), "The node exited the process with exit status 1."),
        (
            KeyboardInterrupt("a secret"),
            "Unexpected error: KeyboardInterrupt. The site's log has the details.",
        ),
        (
            CancelledError("a secret"),
            "Unexpected error: CancelledError. The site's log has the details.",
        ),
    ],
)
def test_whatever_else_a_node_raises_is_its_failure(
    probing: Workflow, exception: BaseException, error: str
):
    def end(config, context):
        raise exception

    with component(end):
        execution = run(probing)
    assert (execution.status, execution.failed_node) == (Status.FAILED, "probe")
    assert execution.error == error


def test_a_time_out_closes_the_run_and_goes_on(probing: Workflow):
    def interrupt(config, context):
        raise TimedOut

    execution = fire(probing)
    with component(interrupt), pytest.raises(TimedOut):
        run_execution(execution, clock=clock)
    execution.refresh_from_db()
    assert (execution.status, execution.failed_node) == (Status.FAILED, "probe")
    assert execution.error == "The run timed out."
    assert statuses(execution) == {"start": "succeeded", "probe": "failed"}


@pytest.mark.parametrize("then", [None, ValueError(), SystemExit()])
def test_a_time_out_that_a_node_swallows_is_raised_once_more(
    probing: Workflow, then: BaseException | None
):
    swallowed = []

    def swallow(config, context):
        swallowed.append(TimedOut(3))
        if then:
            raise then
        return Result("done")

    def raise_if_interrupted():
        if swallowed:
            raise swallowed[0]

    execution = fire(probing)
    with component(swallow), pytest.raises(TimedOut):
        run_execution(execution, clock=clock, raise_if_interrupted=raise_if_interrupted)
    execution.refresh_from_db()
    assert (execution.status, execution.error) == (
        Status.FAILED,
        "Timed out after 3 s.",
    )
    assert statuses(execution) == {"start": "succeeded", "probe": "failed"}


def test_an_interruption_that_cancels_is_recorded_as_that(probing: Workflow):
    def interrupt(config, context):
        raise Cancelled

    execution = fire(probing)
    with component(interrupt), pytest.raises(Cancelled):
        run_execution(execution, clock=clock)
    execution.refresh_from_db()
    assert (execution.status, execution.failed_node) == (Status.CANCELLED, "")
    assert statuses(execution) == {"start": "succeeded", "probe": "cancelled"}


def test_a_cancelled_run_stops_before_its_next_node_with_effects(workflow: Workflow):
    workflow.nodes.all().delete()
    probes = {name: ("probe", {}) for name in ("first", "second")}
    add_graph(
        workflow,
        {"start": ("trigger_manual", {}), **probes},
        [("start", "first"), ("first", "second")],
    )

    def cancel(config, context):
        WorkflowExecution.objects.update(cancel_requested_at=NOW)
        return Result("done")

    with component(cancel):
        execution = run(workflow)
    assert execution.status == Status.CANCELLED
    assert statuses(execution) == {"start": "succeeded", "first": "succeeded"}


def test_only_a_node_with_effects_is_on_record_while_it_runs(probing: Workflow):
    seen = []

    def look(config, context):
        seen.extend(NodeRun.objects.values_list("node_id", "status"))
        return Result("done")

    with component(look):
        run(probing)
        assert seen == [("start", "succeeded"), ("probe", "running")]
        seen.clear()
    with component(look, has_effects=False):
        execution = run(probing)
    assert seen == [
        ("start", "succeeded"),
        ("probe", "succeeded"),
        ("after", "succeeded"),
    ]
    assert list(statuses(execution)) == ["start", "probe", "after"]


def test_long_graphs_are_written_as_they_run(workflow: Workflow):
    """What waits to be written is in memory."""
    workflow.nodes.all().delete()
    names = [f"n{number:02}" for number in range(30)]
    texts = {name: ("template", {"text": name}) for name in names}
    order = ["start", *names, "probe"]
    add_graph(
        workflow,
        {"start": ("trigger_manual", {}), **texts, "probe": ("probe", {})},
        list(pairwise(order)),
    )
    seen = []

    def look(config, context):
        seen.append(NodeRun.objects.count())
        return Result("done")

    with component(look, has_effects=False):
        execution = run(workflow)
    assert seen == [20]
    assert list(statuses(execution)) == order
    assert [each.sequence for each in execution.node_runs.all()] == list(range(1, 33))


def test_what_a_node_changes_in_its_configuration_stays_in_its_run(workflow: Workflow):
    workflow.nodes.all().delete()
    nodes = [
        NodeSpec(node_id="start", component_type="trigger_manual"),
        NodeSpec(node_id="probe", component_type="probe", config={"list": [1]}),
    ]
    seen = []

    def change(config, context):
        seen.append(list(config["list"]))
        config["list"].append(2)
        return Result("done")

    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"list": {"type": "array"}},
    }
    with component(change, config_schema=schema):
        graph = GraphSpec(nodes, [EdgeSpec(source="start", target="probe")])
        save_graph(workflow, graph, user=workflow.owner, now=NOW)
        run(workflow)
        run(workflow)
    assert seen == [[1], [1]]


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("x" * 300_000, "larger than 256 KiB"),
        (float("nan"), "a number that JSON cannot represent"),
        (object(), "not JSON"),
    ],
)
def test_an_output_that_cannot_be_kept_fails_the_node(probing, output, reason):
    with component(lambda config, context: Result(output)):
        execution = run(probing)
    assert (execution.status, execution.failed_node) == (Status.FAILED, "probe")
    assert reason in execution.error


def test_characters_that_databases_refuse_are_replaced(probing: Workflow):
    with component(lambda config, context: Result({"a": "\x00b\ud800"})):
        execution = run(probing)
    output = execution.node_runs.get(node_id="probe").output
    assert output == {"a": "\ufffdb\ufffd"}


def test_a_workflow_that_was_deleted_or_spoilt_fails_with_the_reason(workflow):
    gone, spoilt = fire(workflow), fire(workflow)
    WorkflowNode.objects.filter(node_id="greet").update(component_type="unheard_of")
    for claimed, reason in ((spoilt, "unheard_of"), (gone, "deleted")):
        execution = WorkflowExecution.objects.get(pk=claimed.pk)
        with pytest.raises(InvalidGraph, match=reason):
            run_execution(execution, clock=clock)
        execution.refresh_from_db()
        assert execution.status == "failed"
        assert reason in execution.error
        if workflow.pk:
            workflow.delete()


def test_an_execution_names_the_version_of_the_graph_that_it_ran(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
):
    assert fire(workflow, {"name": "Ada"}).graph_version is None  # never saved
    save_saying(workflow, "one")
    execution = fire(workflow, {})
    assert execution.graph_version == 1
    save_saying(workflow, "two")  # after it was created
    execution = WorkflowExecution.objects.get(pk=execution.pk)
    definition.forget()
    read, saved = definition._read, []

    def read_while_it_changes(of: Workflow) -> definition.Definition:
        found = read(of)
        if not saved:
            saved.append(save_saying(workflow, "three"))
        return found

    monkeypatch.setattr(definition, "_read", read_while_it_changes)
    ran = run_execution(execution, clock=clock)
    assert (ran.graph_version, ran.node_runs.last().output) == (3, "three")
    assert [version.number for version in workflow.versions.all()] == [3, 2, 1]


def test_only_a_claimed_execution_runs(workflow: Workflow):
    execution = run(workflow, {"name": "Ada"})
    with pytest.raises(WrongState):
        run_execution(execution, clock=clock)


def test_a_known_graph_without_effects_costs_two_writes(
    workflow, django_assert_num_queries
):
    save_saying(workflow, "Hello")
    execution = fire(workflow, {})
    with django_assert_num_queries(2):  # its end, and its nodes
        run_execution(execution, clock=clock)


def test_a_graph_that_was_saved_is_read_anew(workflow: Workflow):
    for text in ("one", "two"):
        save_saying(workflow, text)
        workflow.refresh_from_db()
        assert run(workflow).node_runs.get(node_id="say").output == text


def test_times_come_from_the_clock_that_was_given(workflow: Workflow):
    seconds = count()
    execution = run_execution(
        fire(workflow, {"name": "Ada"}),
        clock=lambda: NOW.replace(second=next(seconds)),
    )
    assert [run.started_at.second for run in execution.node_runs.all()] == [0, 2]
    assert execution.finished_at.second == 4

"""What a node is handed, and what it can leave on record while it works."""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.graphs import add_graph
from tests.workflows.running import clock, component, fire, run, statuses
from workflows.exceptions import Cancelled, NodeFailed, TimedOut
from workflows.execution.engine import run_execution
from workflows.models import Workflow
from workflows.registry import Config, Context, Result

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.mark.parametrize(
    ("end", "status"),
    [(NodeFailed("no"), "failed"), (TimedOut(), "failed"), (Cancelled(), "cancelled")],
)
def test_what_a_node_has_recorded_stays_however_it_ends(
    workflow: Workflow, end, status
):
    def half_way(config: Config, context: Context) -> Result:
        context.record({"done": 1})
        context.record({"done": 2})
        raise end

    workflow.nodes.filter(node_id="greet").update(component_type="probe", config={})
    execution = fire(workflow)
    with component(half_way), suppress(TimedOut):
        run_execution(execution, clock=clock)
    node = execution.node_runs.get(node_id="greet")
    assert (node.status, node.output) == (status, {"done": 2})


def test_a_node_is_handed_the_tools_that_are_given_to_it(workflow: Workflow):
    workflow.nodes.filter(node_id="greet").update(component_type="probe", config={})
    url = "https://example.com/{{ trigger.payload.path }}"
    nodes = {
        "fetch": ("http_request", {"url": url}),
        "off": ("http_request", {"url": url, "tool_name": "other"}),
    }
    rows = add_graph(workflow, nodes)
    agent = workflow.nodes.get(node_id="greet")
    for row in rows.values():
        workflow.edges.create(source=row, target=agent, kind="tool")
    workflow.nodes.filter(node_id="off").update(is_active=False)

    def tell(config: Config, context: Context) -> Result:
        (tool,) = context.tools()
        ((_, fixed),) = context.tool_nodes
        assert fixed["url"] == url
        return Result([tool.name, list(tool.input_schema["properties"])[:2]])

    with component(tell, takes_tools=True):
        execution = run(workflow, {"path": "a"})
    assert execution.status == "succeeded", execution.error
    assert statuses(execution) == {"start": "succeeded", "greet": "succeeded"}
    assert execution.node_runs.get(node_id="greet").output == [
        "http_request",
        ["method", "headers"],
    ]

"""Agents and their tools in a graph that is saved over the API."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from platform_site.local.data_dir import BASE_DIR
from tests.api import client
from tests.workflows.agents.conftest import NOW, calls, configure, give, run, start
from workflows.exceptions import InvalidGraph
from workflows.execution.engine import run_execution
from workflows.models import Workflow

pytestmark = pytest.mark.django_db


def example() -> dict[str, Any]:
    """The graph in the documents."""
    text = (BASE_DIR / "docs" / "components.md").read_text()
    (source,) = re.findall(r"```json\n(\{\n.*?\n\})\n```", text, re.DOTALL)
    graph: dict[str, Any] = json.loads(source)
    return graph


def put(workflow: Workflow, graph: dict[str, Any]) -> Any:
    address = f"/api/v1/workflows/{workflow.pk}/graph/"
    return client(workflow.owner).put(address, graph, format="json")


def test_the_example_of_the_documents_is_saved_and_runs(workflow: Workflow, script):
    answer = put(workflow, example())
    assert answer.status_code == 200, answer.json()

    def report(messages: Any, info: Any) -> Any:
        names = {tool.name for tool in info.function_tools}
        assert names == {f"schedule_{v}" for v in ("list", "create", "pause", "stop")}
        assert messages[0].parts[0].content == "What is there?"
        return calls("final_result", summary="Nothing.", schedule_ids=[])

    script(report)
    node = run(workflow, wish="What is there?")
    assert node.output["output"] == {"summary": "Nothing.", "schedule_ids": []}


def tool(node_id: str, type_: str, **config: Any) -> dict[str, Any]:
    return {"node_id": node_id, "component_type": type_, "config": config}


def edge(source: str, target: str = "agent", kind: str = "tool") -> dict[str, str]:
    return {"source": source, "target": target, "kind": kind}


@pytest.mark.parametrize(
    ("node", "edges", "field"),
    [
        (tool("a", "wait", seconds=1), [edge("a")], "edges[5].source"),
        (tool("a", "schedule_list"), [edge("a")], "edges[5].source"),
        (tool("a", "http_request"), [edge("a", "stop")], "edges[5].target"),
        (
            tool("a", "http_request"),
            [edge("a"), edge("start", "a", "flow")],
            "edges[5].source",
        ),
        (tool("a", "http_request"), [edge("a"), edge("a")], "edges[6]"),
        (tool("a", "http_request"), [], "nodes[6].config.url"),
        (tool("a", "http_request", url=1), [edge("a")], "nodes[6].config.url"),
        (tool("a", "call_function"), [edge("a")], "nodes[6].config.function"),
        (tool("a", "trigger_manual"), [edge("a")], "edges[5].source"),
        (
            tool("a", "http_request", tool_name="final_result"),
            [edge("a")],
            "edges[5].source",
        ),
    ],
)
def test_a_wrong_tool_is_refused_by_its_edge_or_node(
    workflow: Workflow, node: dict[str, Any], edges: list[Any], field: str
):
    graph = example()
    answer = put(
        workflow,
        {"nodes": [*graph["nodes"], node], "edges": [*graph["edges"], *edges]},
    )
    assert answer.status_code == 400
    assert field in answer.json()["errors"], answer.json()


def test_a_tool_may_be_called_final_result_where_the_answer_is_text(
    workflow: Workflow,
):
    graph = example()
    (agent,) = [node for node in graph["nodes"] if node["node_id"] == "agent"]
    del agent["config"]["output_schema"]
    graph["nodes"].append(tool("a", "http_request", tool_name="final_result"))
    graph["edges"].append(edge("a"))
    assert put(workflow, graph).status_code == 200


def test_a_graph_that_was_saved_with_such_a_tool_fails_with_the_reason(
    agent: Workflow, script
):
    configure(agent, output_schema={"type": "object"})
    give(agent, a=("http_request", {"tool_name": "final_result"}))
    execution = start(agent)
    with pytest.raises(InvalidGraph, match='has a built-in tool named "final_result"'):
        run_execution(execution, clock=lambda: NOW)
    execution.refresh_from_db()
    assert execution.status == "failed"


def test_node_types_say_who_takes_tools_and_who_is_one(workflow: Workflow):
    types = client(workflow.owner).get("/api/v1/node-types/").json()["results"]
    assert {each["type"] for each in types if each["takes_tools"]} == {"agent"}
    assert {each["type"] for each in types if each["can_be_tool"]} == {
        "http_request",
        "call_function",
        *(f"schedule_{v}" for v in ("create", "pause", "resume", "stop", "list")),
    }

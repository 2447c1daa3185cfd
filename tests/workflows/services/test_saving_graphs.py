from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from workflows.exceptions import InvalidGraph
from workflows.kit.errors import NotFound, StaleVersion
from workflows.models import Workflow
from workflows.services import EdgeSpec, GraphSpec, NodeSpec, save_graph

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
START = NodeSpec(node_id="start", component_type="trigger_manual")


def template(node_id: str, text: str = "hello", **more) -> NodeSpec:
    config = {"text": text}
    return NodeSpec(node_id=node_id, component_type="template", config=config, **more)


def save(workflow: Workflow, *nodes: NodeSpec, edges: str = "", **more) -> None:
    pairs = [pair.split(">") for pair in edges.split()]
    specs = [EdgeSpec(source=source, target=target) for source, target in pairs]
    more.setdefault("user", workflow.owner)
    save_graph(workflow, GraphSpec(nodes, specs), now=NOW, **more)


def edges_of(workflow: Workflow) -> set[tuple[str, str]]:
    return set(workflow.edges.values_list("source__node_id", "target__node_id"))


def test_the_graph_is_replaced_at_once(workflow: Workflow):
    save(workflow, START, template("a"), template("b"), edges="start>a a>b")
    assert edges_of(workflow) == {("start", "a"), ("a", "b")}
    assert set(workflow.nodes.values_list("node_id", flat=True)) == {"start", "a", "b"}
    assert (workflow.version, workflow.updated_at) == (2, NOW)


def test_a_node_keeps_its_row_as_long_as_its_node_id(workflow: Workflow):
    before = workflow.nodes.get(node_id="greet").pk
    save(workflow, START, template("greet", "new", label="L", is_active=False))
    node = workflow.nodes.get(node_id="greet")
    assert (node.pk, node.config, node.label) == (before, {"text": "new"}, "L")
    assert not node.is_active
    assert not workflow.nodes.filter(node_id="tick").exists()


@pytest.mark.parametrize(
    ("node", "field"),
    [
        (NodeSpec(node_id="a", component_type="odd"), "nodes[1].component_type"),
        (template("a", "{{ oops"), "nodes[1].config.text"),
        (NodeSpec(node_id="a", component_type="template"), "nodes[1].config"),
        (template("a", "\x00"), "nodes[1].config"),
        (template("a", position={"x": "\ud800"}), "nodes[1].position"),
        (template("a", position={"x": 1}), "nodes[1].position"),
        (template("a", position={"x": 1, "y": True}), "nodes[1].position"),
        (template("a", position={"x": 1, "y": float("inf")}), "nodes[1].position"),
        (template("a", position={"x": 1, "y": 1_000_001}), "nodes[1].position"),
        (template("a", position={"x": 1, "y": 1, "z": 1}), "nodes[1].position"),
        (template("start"), "nodes[1].node_id"),
    ],
)
def test_a_wrong_node_is_refused_with_its_field_and_nothing_is_written(
    workflow: Workflow, node: NodeSpec, field: str
):
    with pytest.raises(InvalidGraph) as refusal:
        save(workflow, START, node)
    assert list(refusal.value.errors) == [field]
    workflow.refresh_from_db()
    assert (workflow.version, workflow.nodes.count()) == (1, 3)


def test_every_fault_is_told_at_once(workflow: Workflow):
    with pytest.raises(InvalidGraph) as refusal:
        save(workflow, START, edges="start>x y>start")
    fields = ["edges[0].target", "edges[1].source", "edges[1].target"]
    assert list(refusal.value.errors) == fields


def test_a_stale_version_is_refused(workflow: Workflow):
    save(workflow, START, graph_version=0)
    with pytest.raises(StaleVersion):
        save(workflow, START, template("a"), graph_version=0)
    save(workflow, START, template("a"), graph_version=1)


def test_a_stranger_finds_no_workflow(workflow: Workflow):
    with pytest.raises(NotFound):
        save(workflow, START, user=User.objects.create_user("eve"))


def test_saving_costs_the_same_queries_whatever_the_size(workflow: Workflow):
    def queries(first: int, last: int) -> int:
        nodes = [template(f"n{index}") for index in range(first, last)]
        edges = " ".join(f"start>{node.node_id}" for node in nodes)
        with CaptureQueriesContext(connection) as captured:
            save(workflow, START, *nodes, edges=edges)
        return len(captured)

    queries(0, 10)
    few = queries(5, 15)
    assert queries(10, 60) == few


def test_a_tool_with_a_name_that_is_none_is_refused_at_its_field(workflow: Workflow):
    config = {"tool_name": "x\n"}
    nodes = [
        START,
        NodeSpec(node_id="ask", component_type="agent", config={"prompt": "Hello"}),
        NodeSpec(node_id="get", component_type="http_request", config=config),
    ]
    edges = [
        EdgeSpec(source="start", target="ask"),
        EdgeSpec(source="get", target="ask", kind="tool"),
    ]
    graph = GraphSpec(nodes, edges)
    with pytest.raises(InvalidGraph) as refused:
        save_graph(workflow, graph, now=NOW, user=workflow.owner)
    assert "nodes[2].config.tool_name" in refused.value.errors

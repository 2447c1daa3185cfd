"""The graph of a workflow over HTTP: put as a whole, and read back."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from tests.api import client
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def address(workflow: Workflow) -> str:
    return f"/api/v1/workflows/{workflow.pk}/graph/"


@pytest.fixture
def api(owner: User) -> APIClient:
    return client(owner)


def test_the_graph_comes_back_as_it_was_put(api: APIClient, workflow: Workflow):
    graph = {
        "nodes": [
            {
                "node_id": "start",
                "component_type": "trigger_manual",
                "label": "Start",
                "config": {},
                "position": {"x": 10, "y": 20.5},
                "is_active": True,
            },
            {
                "node_id": "greet",
                "component_type": "template",
                "label": "",
                "config": {"text": "Hello {{ trigger.payload.name }}"},
                "position": {},
                "is_active": False,
            },
        ],
        "edges": [
            {"source": "start", "target": "greet", "source_port": "out", "kind": "flow"}
        ],
        "notes": [
            {
                "id": "why",
                "text": "Greets <b>people</b>\nby name.",
                "position": {"x": -40, "y": 0},
                "size": {"width": 200, "height": 120.5},
            }
        ],
    }
    put = api.put(address(workflow), graph, format="json")
    assert put.status_code == 200
    shown = put.json()
    assert api.get(address(workflow)).json() == shown
    # A node's id is what a schedule's `trigger_node` names; it is given back and kept.
    ids = {node["node_id"]: node.pop("id") for node in shown["nodes"]}
    assert ids == dict(workflow.nodes.values_list("node_id", "id"))
    assert shown == {**graph, "graph_version": 1}
    # What is at its default may be left out.
    brief = {
        "nodes": [{"node_id": "start", "component_type": "trigger_manual"}],
        "edges": [],
    }
    assert api.put(address(workflow), brief, format="json").status_code == 200
    assert workflow.notes.count() == 0
    stale = {**graph, "nodes": graph["nodes"][:1], "edges": [], "graph_version": 1}
    stale["nodes"][0]["label"] = "Begin"
    answer = api.put(address(workflow), stale, format="json")
    assert (answer.status_code, answer.data["code"]) == (409, "stale_version")


@pytest.mark.parametrize(
    ("node", "field"),
    [
        ({"component_type": "template"}, "nodes[0].node_id"),
        ({"node_id": "a b", "component_type": "template"}, "nodes[0].node_id"),
        ({"node_id": 5, "component_type": "template"}, "nodes[0].node_id"),
        ({"node_id": "a", "component_type": "odd"}, "nodes[0].component_type"),
        (
            {"node_id": "a", "component_type": "http_request", "config": {"url": 7}},
            "nodes[0].config.url",
        ),
        (
            {"node_id": "a", "component_type": "trigger_manual", "config": [1]},
            "nodes[0].config",
        ),
        (
            {"node_id": "a", "component_type": "trigger_manual", "config": {"x": 1}},
            "nodes[0].config.x",
        ),
        (
            {"node_id": "a", "component_type": "trigger_manual", "colour": "red"},
            "nodes[0].colour",
        ),
    ],
)
def test_a_wrong_node_is_refused_by_its_path(api, workflow: Workflow, node, field):
    body = {"nodes": [node], "edges": []}
    answer = api.put(address(workflow), body, format="json")
    assert (answer.status_code, list(answer.data["errors"])) == (400, [field])
    assert workflow.nodes.count() == 3


def test_a_graph_without_a_trigger_is_refused(api: APIClient, workflow: Workflow):
    for body in ({"nodes": [], "edges": []}, {"edges": []}):
        answer = api.put(address(workflow), body, format="json")
        assert (answer.status_code, list(answer.data["errors"])) == (400, ["nodes"])


def test_numbers_beyond_json_are_refused(api: APIClient, workflow: Workflow):
    for number in ("1e999", "NaN", "-Infinity"):
        node = '{"node_id": "a", "component_type": "template", "config": {"json": %s}}'
        body = f'{{"nodes": [{node % number}], "edges": []}}'
        answer = api.put(address(workflow), body, content_type="application/json")
        assert answer.status_code == 400


def test_a_graph_is_put_only_over_what_was_read(api: APIClient, workflow: Workflow):
    row = address(workflow)
    read = api.get(row)

    def put(label: str, tag: str) -> Any:
        node = {"node_id": "a", "component_type": "trigger_manual", "label": label}
        body = {"nodes": [node], "edges": []}
        return api.put(row, body, format="json", headers={"If-Match": tag})

    first = put("one", read["ETag"])
    assert (read["ETag"], first["ETag"]) == ('"v0"', '"v1"')
    for tag in (read["ETag"], 'W/"v1"', '"other"', f'"v{10**30}"', '"v0", "v7"'):
        late = put("two", tag)
        assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert put("two", '"v0", "v1"')["ETag"] == '"v2"'
    assert put("three", "*")["ETag"] == '"v3"'
    assert put("four", "v3").status_code == 400
    assert [*workflow.nodes.values_list("label", flat=True)] == ["three"]


def test_many_unknown_fields_of_a_node_are_one_problem(
    api: APIClient, workflow: Workflow
):
    nodes = [{f"x{number}": 1 for number in range(60_000)}, {"y": 1}]
    put = api.put(address(workflow), {"nodes": nodes, "edges": []}, format="json")
    assert put.status_code == 400
    assert put.json()["errors"] == {
        "nodes[0]": ['60,000 of its fields do not exist, such as "x0".'],
        "nodes[1].y": ["This field does not exist."],
    }

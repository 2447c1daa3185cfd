"""Saving a graph takes half a second at most, whatever is in it.

Each of these is as large as it may be, or larger; what is asserted is several times what a
quiet machine takes, so that a busy one passes as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from workflows.exceptions import InvalidGraph
from workflows.models import Workflow
from workflows.safety.templating import MAX_PARTS as TEMPLATE_PARTS
from workflows.schemas.check import MAX_PARTS as SCHEMA_PARTS
from workflows.schemas.check import MAX_PATTERN
from workflows.services import EdgeSpec, GraphSpec, NodeSpec
from workflows.services.graph import checked_graph
from workflows.services.graph_size import MAX_BYTES

SECONDS = 4
START = NodeSpec(node_id="start", component_type="trigger_manual")
Config = dict[str, Any]


def many(
    number: int, component_type: str, config: Callable[[int], Config]
) -> list[NodeSpec]:
    return [
        NodeSpec(
            node_id=f"n{index}", component_type=component_type, config=config(index)
        )
        for index in range(number)
    ]


def checked(nodes: list[NodeSpec], *edges: EdgeSpec) -> dict[str, list[str]]:
    """What is wrong with a graph, found in time."""
    graph = GraphSpec([START, *nodes], edges)
    began = time.process_time()
    try:
        checked_graph(Workflow(), graph, user=User())
    except InvalidGraph as refused:
        return refused.errors
    finally:
        assert time.process_time() - began < SECONDS
    return {}


def agent(schema: Config) -> Config:
    return {"prompt": "x", "output_schema": {"type": "object", **schema}}


def properties(number: int, part: Any) -> Config:
    return {"properties": {f"p{index}": part for index in range(number)}}


def to(component: str, config: Config) -> list[NodeSpec]:
    return many(1, component, lambda index: config)


NESTED: Config = {}
_inner = NESTED
for _ in range(40):
    _inner["properties"] = {"a": {}}
    _inner = _inner["properties"]["a"]

TAKEN = {
    "templates": many(15, "template", lambda i: {"text": "{{a}}" * 170}),
    "conditions": many(
        27,
        "switch",
        lambda i: {"cases": [{"port": f"p{j}", "when": "a"} for j in range(20)]},
    ),
    "schemas": many(4, "agent", lambda i: agent(properties(100, {"type": "string"}))),
    "references that double": to(
        "agent",
        agent(
            {
                "$ref": "#/$defs/d0",
                "$defs": {
                    f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2}
                    for i in range(99)
                }
                | {"d99": {}},
            }
        ),
    ),
    "references into what is nested": to(
        "agent",
        agent(
            {
                "$defs": {"a": NESTED},
                "anyOf": [
                    {"$ref": "#/$defs/a" + "/properties/a" * i} for i in range(40)
                ]
                * 4,
            }
        ),
    ),
    "patterns": many(
        3, "agent", lambda i: agent(properties(120, {"pattern": "(a*)*" * 40}))
    ),
    "names by patterns": to(
        "agent",
        agent({"patternProperties": {f"{i:03}" + "(a*)" * 40: {} for i in range(240)}}),
    ),
    "an enumeration": to("agent", agent({"enum": [f"{i}" for i in range(6000)]})),
    "addresses of mail": many(
        199,
        "send_email",
        lambda i: {"to": ["ada@x.example"] * 50, "subject": "s", "text": "t"},
    ),
    "plain texts": many(7, "template", lambda i: {"json": ["a"] * 12_000}),
    "what is nested": many(
        7, "template", lambda i: {"json": [eval("[" * 90 + "]" * 90)] * 300}
    ),
    "headers": many(
        199,
        "http_request",
        lambda i: {
            "url": "https://x.example/",
            "headers": {f"h{j}": "v" for j in range(50)},
        },
    ),
}


@pytest.mark.heavy
@pytest.mark.parametrize("name", TAKEN)
def test_what_is_as_large_as_it_may_be_is_checked_in_time(name: str) -> None:
    assert checked(TAKEN[name]) == {}


def test_many_tools_are_checked_in_time() -> None:
    tools = many(160, "schedule_create", lambda i: {"name": f"n{i}"})[::8]
    tools += many(
        160, "http_request", lambda i: {"tool_name": f"t{i}", "timeout": 1 + i}
    )
    agents = [
        NodeSpec(node_id=f"a{i}", component_type="agent", config={"prompt": "x"})
        for i in range(18)
    ]
    edges = [
        EdgeSpec(source=tool.node_id, target=f"a{index % 18}", kind="tool")
        for index, tool in enumerate(tools[20:60])
    ]
    assert "nodes" not in checked([*tools[20:60], *agents], *edges)


REFUSED = {
    "templates": many(20, "template", lambda i: {"text": "{{a}}" * 170}),
    "a template of 20,000 signs": to("template", {"text": "{{" + "[a," * 6000 + "a}}"}),
    "conditions": many(
        199,
        "switch",
        lambda i: {"cases": [{"port": f"p{j}", "when": "a"} for j in range(20)]},
    ),
    "texts in lists": many(7, "template", lambda i: {"json": ["{{a}}"] * 7000}),
    "schemas": many(199, "agent", lambda i: agent(properties(20, {"type": "string"}))),
    "references to what is large": to(
        "agent",
        agent(
            {
                "$defs": {"d": properties(300, {"type": "string"})},
                "allOf": [{"$ref": "#/$defs/d"}] * 200,
            }
        ),
    ),
    "a list of nothing": to("agent", agent({"allOf": [True] * 10_000})),
    "a list of types": many(4, "agent", lambda i: agent({"type": ["string"] * 5000})),
    "bytes": many(30, "template", lambda i: {"json": "x" * 20_000}),
    "nodes": many(5000, "template", lambda i: {"text": "{{a}}" * 1000}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_larger_is_refused_at_once(name: str) -> None:
    (field,) = checked(REFUSED[name])
    assert field == "nodes"


WRONG = {
    "a list of the wrong things": ("send_email", {"to": [1] * 20_000}),
    "cases that are none": ("switch", {"cases": [{}] * 15_000}),
    "conditions that are none": ("switch", {"cases": {"when": ["x"] * 100}}),
    "fields that are not there": ("switch", {f"f{i}": 1 for i in range(4000)}),
    "headers that are none": (
        "http_request",
        {"url": "http://x.example/", "headers": {f"a b{i}": i for i in range(3000)}},
    ),
    "types that are none": ("agent", agent({"type": [f"a{i}" for i in range(4000)]})),
    "a long address": ("http_request", {"url": "http://" + "ü" * 1900 + ".example/"}),
    "long addresses of mail": (
        "send_email",
        {"to": ["a@" + "a-" * 900 + "x"] * 30, "subject": "s", "text": "t"},
    ),
}


@pytest.mark.heavy
@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_many_times_is_refused_in_time(name: str) -> None:
    found = checked(many(8, WRONG[name][0], lambda i: WRONG[name][1]))
    assert found
    assert sum(map(len, found.values())) <= 50


def test_the_limits_of_a_graph_are_told() -> None:
    assert checked(REFUSED["templates"])["nodes"][0].startswith(
        f"The templates and conditions of a graph can have at most {TEMPLATE_PARTS:,} parts"
    )
    assert checked(REFUSED["schemas"])["nodes"][0].startswith(
        f"The JSON schemas of a graph can have at most {SCHEMA_PARTS} parts"
    )
    assert checked(REFUSED["bytes"])["nodes"] == [
        f"The configurations of all nodes can have at most {MAX_BYTES // 1024} KiB together."
    ]


def test_a_long_pattern_is_refused() -> None:
    wrong = {"properties": {"a": {"pattern": "a" * (MAX_PATTERN + 1)}}}
    (found,) = checked(to("agent", agent(wrong))).values()
    assert found == [f"A pattern has more than {MAX_PATTERN} characters."]
    assert not checked(
        to("agent", agent({"properties": {"a": {"pattern": "a" * MAX_PATTERN}}}))
    )

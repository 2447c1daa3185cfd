"""What an agent node may be told, and the schemas of answers that are none."""

from __future__ import annotations

import pytest

from tests.workflows.agents.conftest import calls, configure, failure, run
from workflows.agents.answer import output_schema_problems
from workflows.models import Workflow
from workflows.registry import config_problems, registry

pytestmark = pytest.mark.django_db


DANGLING = {
    "type": "object",
    "properties": {
        "to": {"$ref": "#/$defs/way~1point"},
        "at": {"$ref": "#/$defs/b/allOf/0"},
    },
    "$defs": {"b": {"allOf": [True]}},
}


NO_SCHEMA_THERE = {
    "type": "object",
    "properties": {"to": {"$ref": "#/$defs/a/enum/0"}},
    "$defs": {"a": {"enum": ["x"]}},
}
NAMED_INSIDE = {
    "type": "object",
    "properties": {"a": {"$id": "http://x.example/a", "$ref": "#/$defs/b"}},
    "$defs": {"b": {"type": "string"}},
}
CIRCLE = {
    "type": "object",
    "$ref": "#/$defs/x",
    "$defs": {"x": {"$ref": "#/$defs/x"}},
}
ROUNDABOUT = {
    "type": "object",
    "properties": {"a": {"$dynamicRef": "#/$defs/b"}},
    "$defs": {
        "b": {"allOf": [{"dependentSchemas": {"n": {"$ref": "#/$defs/c"}}}]},
        "c": {"not": {"$dynamicRef": "#/$defs/b"}},
    },
}
BAD_PATTERN = {"type": "object", "properties": {"a": {"pattern": "("}}}


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "{{ oops"}, "prompt"),
        ({"prompt": "a", "max_requests": 0}, "max_requests"),
        ({"prompt": "a", "max_requests": 51}, "max_requests"),
        ({"prompt": "a", "max_tool_calls": 101}, "max_tool_calls"),
        ({"prompt": "a", "max_tokens": 500_001}, "max_tokens"),
        ({"prompt": "a", "max_seconds": 601}, "max_seconds"),
        ({"prompt": "a", "base_url": "http://evil.example"}, "base_url"),
        ({"prompt": "a", "api_key": "k"}, "api_key"),
        ({"prompt": "a", "model": "a b"}, "model"),
        ({"prompt": "a", "output_schema": {"type": "array"}}, "output_schema"),
        ({"prompt": "a", "output_schema": {"type": "objekt"}}, "output_schema"),
        (
            {
                "prompt": "a",
                "output_schema": {"type": "object", "not": {"$ref": "http://x"}},
            },
            "output_schema",
        ),
        ({"prompt": "a", "output_schema": DANGLING}, "output_schema"),
        ({"prompt": "a", "output_schema": NAMED_INSIDE}, "output_schema"),
        ({"prompt": "a", "output_schema": NO_SCHEMA_THERE}, "output_schema"),
        ({"prompt": "a", "output_schema": CIRCLE}, "output_schema"),
        ({"prompt": "a", "output_schema": ROUNDABOUT}, "output_schema"),
        ({"prompt": "a", "output_schema": BAD_PATTERN}, "output_schema"),
    ],
)
def test_a_wrong_configuration_names_its_field(config, field):
    component = registry.components["agent"]
    assert [path for path, _ in config_problems(component, config)] == [field]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("schema", "why"),
    [
        (
            NAMED_INSIDE,
            'Only the whole schema may have an "$id", but a part has "http://x.example/a".',
        ),
        (CIRCLE, 'The reference "#/$defs/x" leads back to itself.'),
        (ROUNDABOUT, 'The reference "#/$defs/b" leads back to itself.'),
        (BAD_PATTERN, "This is not a valid JSON schema: '(' is not a 'regex'"),
    ],
)
def test_a_schema_that_was_saved_before_such_were_refused_fails_with_a_reason(
    agent: Workflow, script, schema, why: str
):
    configure(agent, output_schema=schema)
    script([])  # no model is asked
    assert failure(agent).error == f"The answer schema is not valid. {why}"


def test_a_schema_of_a_tree_is_no_circle(agent: Workflow, script):
    tree = {
        "type": "object",
        "$ref": "#/$defs/tree",
        "$defs": {"tree": {"properties": {"a": {"$ref": "#/$defs/tree"}}}},
    }
    assert not [*output_schema_problems(tree)]
    configure(agent, output_schema=tree)
    script([calls("final_result", a={"a": {}})])
    assert run(agent).output["output"] == {"a": {"a": {}}}


def test_a_reference_that_leads_somewhere_is_taken():
    schema = {
        **DANGLING,
        "$id": "https://x.example/way",
        "$defs": {"way/point": {"type": "string"}, **DANGLING["$defs"]},
    }
    config = {"prompt": "a", "output_schema": schema}
    assert list(config_problems(registry.components["agent"], config)) == []

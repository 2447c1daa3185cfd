"""What an agent node gives: a text, or an answer that fits its schema."""

from __future__ import annotations

import sys

import pytest
from pydantic_ai.messages import ModelResponse, TextPart

from tests.workflows.agents.conftest import (
    NOW,
    calls,
    configure,
    failure,
    kinds,
    run,
    says,
)
from workflows.models import Workflow
from workflows.registry import config_problems, registry

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


WEATHER = {
    "type": "object",
    "required": ["degrees"],
    "additionalProperties": False,
    "properties": {"degrees": {"type": "integer"}},
}


DANGLING = {
    "type": "object",
    "properties": {
        "to": {"$ref": "#/$defs/way~1point"},
        "at": {"$ref": "#/$defs/b/allOf/0"},
    },
    "$defs": {"b": {"allOf": [True]}},
}


def test_a_task_is_answered(agent: Workflow, script):
    def greet(messages, info) -> ModelResponse:
        assert messages[0].parts[0].content == "Hello Ada"
        assert info.instructions == "Be short.\n\nIt is 2026-11-23T12:00:00+00:00."
        return says("Good day")

    script(greet)
    configure(agent, instructions="Be short.")
    node = run(agent, say="Hello Ada")
    assert node.status == "succeeded", node.error
    assert node.output["output"] == "Good day"
    (call,) = node.output["calls"]
    assert (call["kind"], call["asked"], call["answer"]) == (
        "model",
        "Hello Ada",
        "Good day",
    )
    assert call["at"] == NOW.isoformat()
    assert call["seconds"] >= 0
    assert call["tokens"]["output"] > 0
    usage = node.output["usage"]
    assert (usage["requests"], usage["tool_calls"]) == (1, 0)
    assert usage["output_tokens"] == call["tokens"]["output"]


def test_a_structured_answer_fits_its_schema(agent: Workflow, script):
    configure(agent, output_schema=WEATHER)
    script([calls("final_result", degrees=20)])
    assert run(agent).output["output"] == {"degrees": 20}
    script([says('{"degrees": 21}')])
    assert run(agent).output["output"] == {"degrees": 21}


def test_a_model_may_mend_its_answer(agent: Workflow, script):
    configure(agent, output_schema=WEATHER)
    script(
        [
            says("Warm."),
            calls("final_result", degrees="x"),
            calls("final_result", degrees=2),
        ]
    )
    node = run(agent)
    assert node.output["output"] == {"degrees": 2}
    assert "is no JSON object" in node.output["calls"][1]["asked"]
    assert node.output["usage"]["requests"] == 3


@pytest.mark.parametrize(
    ("schema", "nonsense", "why"),
    [
        (WEATHER, says("Warm."), "is no JSON object"),
        (
            WEATHER,
            calls("final_result", degrees="hot"),
            "degrees: Must be a whole number.",
        ),
        (WEATHER, calls("final_result", "{" * 5000), "is no JSON object"),
        (None, says(" \n"), "You gave no answer"),
        (None, ModelResponse([]), "You gave no answer"),
        (None, says("x" * 70_000), "larger than 64 KiB"),
    ],
)
def test_a_model_that_answers_nonsense_fails_the_node(
    agent: Workflow, script, schema, nonsense, why
):
    if schema:
        configure(agent, output_schema=schema)
    script(lambda messages, info: nonsense)
    node = failure(agent)
    assert node.error.startswith("The model gave no usable answer, 3 times: ")
    assert why in node.error
    assert kinds(node) == ["model"] * 3


@pytest.mark.parametrize(
    ("reason", "says_"), [("length", "cut off"), ("content_filter", "withheld")]
)
def test_an_answer_that_was_cut_off_fails_the_node(
    agent: Workflow, script, reason, says_
):
    script([ModelResponse([TextPart("Well, ")], finish_reason=reason)])
    assert says_ in failure(agent).error


def test_a_node_may_name_its_own_model(agent: Workflow, script, settings):
    settings.AGENT_MODEL = ""
    configure(agent, model="another-model")
    script([says("done")])
    assert run(agent).output["calls"][0]["model"].startswith("another-model")


@pytest.mark.parametrize("name", ["AGENT_BASE_URL", "AGENT_API_KEY", "AGENT_MODEL"])
def test_what_is_not_set_is_named(agent: Workflow, settings, name):
    setattr(settings, name, "")
    node = failure(agent)
    assert node.error == f"This site has no model: set {name}."


def test_without_the_extra_the_node_says_what_to_install(
    agent: Workflow, monkeypatch: pytest.MonkeyPatch
):
    for name in list(sys.modules):
        if name.startswith("pydantic_ai"):
            monkeypatch.setitem(sys.modules, name, None)
    for name in ("conversation", "line", "provider"):
        monkeypatch.delitem(sys.modules, f"workflows.agents.{name}")
        monkeypatch.delattr(sys.modules["workflows.agents"], name)
    node = failure(agent)
    assert "pip install 'pydantic-ai-slim[openai]'" in node.error
    assert "\n" not in node.error


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
    ],
)
def test_a_wrong_configuration_names_its_field(config, field):
    component = registry.components["agent"]
    assert [path for path, _ in config_problems(component, config)] == [field]


def test_a_reference_that_leads_somewhere_is_taken():
    schema = {
        **DANGLING,
        "$defs": {"way/point": {"type": "string"}, **DANGLING["$defs"]},
    }
    config = {"prompt": "a", "output_schema": schema}
    assert list(config_problems(registry.components["agent"], config)) == []

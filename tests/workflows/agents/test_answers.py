"""What an agent node gives: a text, or an answer that fits its schema."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart

from tests.workflows.agents.conftest import (
    KEY,
    NOW,
    calls,
    configure,
    failure,
    give,
    kinds,
    run,
    says,
)
from workflows.agents.answer import (
    Unusable,
    output_schema_problems,
    structured_answer,
)
from workflows.models import Workflow

pytestmark = pytest.mark.django_db


WEATHER = {
    "type": "object",
    "required": ["degrees"],
    "additionalProperties": False,
    "properties": {"degrees": {"type": "integer"}},
}


def test_a_task_is_answered(agent: Workflow, script):
    def greet(messages, info) -> ModelResponse:
        assert messages[0].parts[0].content == "Hello Ada"
        assert (
            info.instructions
            == "Be short.\n\nThe current time is 2026-11-23T12:00:00+00:00."
        )
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


def test_a_prompt_that_comes_out_empty_is_not_sent(agent: Workflow, script):
    script([])
    assert failure(agent, say=" \n").error == (
        "The task is empty: its template rendered to no text."
    )


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
    assert kinds(node) == ["model", "model", "final_result", "model"]
    _, again, refused, _ = node.output["calls"]
    assert "must be a JSON object" in again["asked"]
    assert (refused["arguments"], refused["is_error"]) == ({"degrees": "x"}, True)
    assert "schema: degrees: " in refused["result"]["error"]["message"]
    usage = node.output["usage"]
    assert (usage["requests"], usage["tool_calls"]) == (3, 0)


def test_what_is_handed_in_and_refused_is_on_record_without_secrets(
    agent: Workflow, script
):
    configure(agent, output_schema=WEATHER)
    given = {"degrees": KEY, "password": "hunter2", "more": "x" * 9000}
    script([calls("final_result", given), calls("final_result", degrees=2)])
    node = run(agent)
    refused = node.output["calls"][1]
    assert "degrees" in str(refused)
    assert KEY not in str(node.output)
    assert "hunter2" not in str(node.output)
    assert len(str(refused)) < 5000


def test_a_call_beside_the_answer_is_not_made_and_on_record(
    agent: Workflow, script, double
):
    configure(agent, output_schema=WEATHER)
    give(agent, f=("call_function", double))
    answer = ToolCallPart("final_result", {"degrees": 2})
    many = [ToolCallPart("double", {"n": n}) for n in range(5000)]
    script([ModelResponse([many[0], answer, *many[1:]])])
    node = run(agent)
    assert node.output["output"] == {"degrees": 2}
    first = node.output["calls"][1]
    assert (first["tool"], first["arguments"]) == ("double", {"n": 0})
    assert first["result"]["error"]["code"] == "not_called"
    assert len(node.output["calls"]) + node.output["calls_left_out"] == 5001
    assert node.output["usage"]["tool_calls"] == 0


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("schema", "nonsense", "why"),
    [
        (WEATHER, says("Warm."), "must be a JSON object"),
        (
            WEATHER,
            calls("final_result", degrees="hot"),
            "degrees: Must be a whole number.",
        ),
        (WEATHER, calls("final_result", "{" * 5000), "must be a JSON object"),
        (
            {"type": "object"},
            calls("final_result", '{"a":' * 900 + "1" + "}" * 900),
            "nested",
        ),
        ({"type": "object"}, says('{"a":' * 150 + "1" + "}" * 150), "nested"),
        (None, says(" \n"), "Your answer is empty"),
        (None, ModelResponse([]), "Your answer is empty"),
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
    assert node.error.startswith("The model gave 3 answers that cannot be used. ")
    assert why in node.error
    told = [call["tool"] for call in node.output["calls"] if "tool" in call]
    assert kinds(node).count("model") == 3
    assert told == ["final_result"] * (3 if nonsense.tool_calls else 0)


@pytest.mark.parametrize(
    ("reason", "says_"), [("length", "cut off"), ("content_filter", "withheld")]
)
def test_an_answer_that_was_cut_off_fails_the_node(
    agent: Workflow, script, reason, says_
):
    script([ModelResponse([TextPart("Well, ")], finish_reason=reason)])
    assert says_ in failure(agent).error


def test_a_node_may_name_its_own_model(agent: Workflow, script, ostinato):
    ostinato(AGENT_MODEL="")
    configure(agent, model="another-model")
    script([says("done")])
    assert run(agent).output["calls"][0]["model"].startswith("another-model")


@pytest.mark.parametrize("name", ["AGENT_BASE_URL", "AGENT_API_KEY", "AGENT_MODEL"])
def test_what_is_not_set_is_named(agent: Workflow, ostinato, name):
    ostinato(**{name: ""})
    node = failure(agent)
    assert node.error == f"This site has no language model: set {name}."


def test_without_the_extra_the_node_says_what_to_install(
    agent: Workflow, monkeypatch: pytest.MonkeyPatch
):
    for name in list(sys.modules):
        if name.startswith("pydantic_ai"):
            monkeypatch.setitem(sys.modules, name, None)
    for name in ("conversation", "model_connection", "provider"):
        monkeypatch.delitem(sys.modules, f"workflows.agents.{name}")
        monkeypatch.delattr(sys.modules["workflows.agents"], name)
    node = failure(agent)
    assert "pip install 'pydantic-ai-slim[openai]'" in node.error
    assert "\n" not in node.error


SLOW: dict[str, tuple[dict[str, Any], Any]] = {
    "a pattern that goes back": ({"pattern": "^(a+)+$"}, "a" * 40 + "b"),
    "references that double": (
        {"$ref": "#/$defs/d0"},
        "x",
    ),
    "items that are compared": (
        {"uniqueItems": True},
        [{"a": [number]} for number in range(3500)],
    ),
    "a recursion": ({"$ref": "#/$defs/tree"}, None),
}
DOUBLING = {
    f"d{number}": {"allOf": [{"$ref": f"#/$defs/d{number + 1}"}] * 2}
    for number in range(40)
} | {"d40": {}, "tree": {"properties": {"a": {"$ref": "#/$defs/tree"}}}}


@pytest.mark.heavy
@pytest.mark.parametrize("name", SLOW)
def test_an_answer_is_checked_within_the_seconds_there_are(name: str):
    part, value = SLOW[name]
    schema = {"type": "object", "properties": {"n": part}, "$defs": DOUBLING}
    assert not [*output_schema_problems(schema)]
    began = time.monotonic(), time.process_time()
    try:
        structured_answer(schema, {"n": value}, seconds=0.3)
    except Unusable as error:
        assert "took too long" in str(error)  # noqa: PT017 - a quick machine may do it
    assert time.monotonic() - began[0] < 3
    assert time.process_time() - began[1] < 1


@pytest.mark.heavy
def test_a_pattern_that_takes_for_ever_ends_with_the_budget(agent: Workflow, script):
    schema = {"type": "object", "properties": {"n": {"pattern": "^(a+)+$"}}}
    configure(agent, output_schema=schema, max_seconds=1)
    script([calls("final_result", n="a" * 40 + "b")] * 3)
    began = time.monotonic()
    node = failure(agent)
    assert time.monotonic() - began < 4
    assert "max_seconds" in node.error


@pytest.mark.parametrize("digits", [401, 4300])
def test_a_huge_number_is_an_answer_that_does_not_fit(
    agent: Workflow, script, digits: int
):
    schema = {"type": "object", "properties": {"n": {"multipleOf": 0.5}}}
    configure(agent, output_schema=schema)
    huge = f'{{"n": {"9" * digits}}}'
    script([calls("final_result", huge), calls("final_result", n=1.5)])
    assert run(agent).output["output"] == {"n": 1.5}


@pytest.mark.heavy
@pytest.mark.parametrize("number", ["9" * 5000, "1e999", "NaN", "-Infinity"])
def test_a_number_that_json_cannot_hold_is_no_answer(
    agent: Workflow, script, number: str
):
    configure(agent, output_schema={"type": "object"})
    script([calls("final_result", f'{{"n": {number}}}'), calls("final_result", n=1)])
    assert run(agent).output["output"] == {"n": 1}

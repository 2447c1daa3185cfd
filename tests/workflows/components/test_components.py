from __future__ import annotations

import json
import re
import time
from typing import Any
from uuid import uuid4

import pytest

from workflows import components
from workflows.exceptions import NodeFailed
from workflows.registry import (
    Context,
    Result,
    config_problems,
    registry,
)
from workflows.safety import templating

PATTERN = re.compile(r'"pattern": ("(?:[^"\\]|\\.)*")')
CONTEXT = Context(
    trigger={"payload": {"n": 7, "items": [1, 2], "name": "Ada"}},
    nodes={"fetch": {"output": {"status": 200}}},
    site={"url": "http://site"},
    execution_id=uuid4(),
)


def run(type_: str, config: dict[str, Any]) -> Result:
    component = registry.components[type_]
    assert not list(config_problems(component, config))
    return component.run(component.prepare(config, CONTEXT), CONTEXT)


def text(source: str) -> Any:
    return run("template", {"text": source}).output


def refusal(source: str) -> str:
    with pytest.raises(NodeFailed) as failure:
        text(source)
    return str(failure.value)


def wrong_fields(type_: str, config: Any) -> list[str]:
    return [path for path, _ in config_problems(registry.components[type_], config)]


def test_each_component_file_registers_one_component():
    files = {
        module.name for module in components.pkgutil.iter_modules(components.__path__)
    }
    here = {
        component.type
        for component in registry.all()
        if type(component).__module__.startswith("workflows.components.")
    }
    assert here == files


def test_every_component_can_say_what_is_wrong_with_a_configuration_of_any_shape():
    for component in registry.all():
        for config in (None, [], "x", 1, {"surprise": 1}, {"url": 1, "cases": 1}):
            assert list(config_problems(component, config))


def test_a_template_sees_the_event_the_outputs_and_the_site():
    source = "{{ trigger.payload.name }} {{ nodes.fetch.output.status }} {{ site.url }}"
    assert text(source) == "Ada 200 http://site"
    assert text("{{ execution.id }}") == str(CONTEXT.execution_id)


def test_a_key_wins_over_a_method_of_the_same_name():
    assert text("{{ trigger.payload.items | join('+') }}") == "1+2"


def test_a_json_template_keeps_types_and_structure():
    tree = {
        "n": "{{ trigger.payload.n }}",
        "list": ["{{ trigger.payload.items }}", "n={{ trigger.payload.n }}"],
        "plain": [None, 1.5, True, "text"],
    }
    assert run("template", {"json": tree}).output == {
        "n": 7,
        "list": [[1, 2], "n=7"],
        "plain": [None, 1.5, True, "text"],
    }
    assert run("template", {"json": "{{ trigger.payload.n + 1 }}"}).output == 8


def test_what_is_missing_is_named():
    assert "has no attribute 'nobody'" in refusal("{{ trigger.nobody }}")
    with pytest.raises(NodeFailed, match="no attribute 'nobody'"):
        run("template", {"json": "{{ trigger.nobody }}"})
    assert text("{{ trigger.nobody | default('someone') }}") == "someone"


def test_the_sandbox_holds():
    assert "unsafe" in refusal("{{ ''.__class__.__mro__ }}")
    assert "failed" in refusal("{{ trigger.update({'a': 1}) }}")


@pytest.mark.heavy
@pytest.mark.parametrize(
    "source",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 3 ** (3 ** 999) }}",
    ],
)
def test_a_template_that_takes_too_long_is_stopped(source: str, monkeypatch):
    started = time.monotonic()
    assert "It took too long" in refusal(source)
    assert time.monotonic() - started < 8


@pytest.mark.parametrize(
    "source",
    ["{{ 'x' * 70000 }}", "{% for a in range(70000) %}x{% endfor %}"],
)
def test_an_output_above_64_kib_is_refused(source: str):
    assert "larger than 64 KiB" in refusal(source)


def test_a_template_that_takes_too_much_memory_is_stopped():
    assert "too much memory" in refusal("{{ 'x'.center(10 ** 10) | length }}")


def test_what_is_no_json_is_refused():
    with pytest.raises(NodeFailed, match="JSON"):
        run("template", {"json": "{{ cycler(1) }}"})


@pytest.mark.parametrize(
    "source",
    [
        "{{ oops",
        "{% if %}",
        "{{ x | no_such_filter }}",
        "{% autoescape 3 ** (3 ** 999) %}{% endautoescape %}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "x" * 20_001,
    ],
)
def test_a_template_with_a_syntax_error_is_refused_on_saving(source: str):
    assert wrong_fields("template", {"text": source}) == ["text"]


def test_saving_never_evaluates(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(templating, "run_sandboxed")
    assert not wrong_fields("template", {"text": "{{ 3 ** (3 ** 999) }}"})
    assert not wrong_fields("template", {"json": ["{{ 'x' | center(10 ** 11) }}"]})
    assert not wrong_fields("switch", cases("'x' * 10 ** 11 == 'x' | center(10 ** 11)"))


def test_a_template_is_text_or_json_and_not_both():
    assert wrong_fields("template", {"text": "a", "json": 1})
    assert wrong_fields("template", {})


def cases(*whens: str) -> dict[str, Any]:
    return {
        "cases": [
            {"port": f"p{index}", "when": when} for index, when in enumerate(whens)
        ]
    }


def test_a_switch_takes_the_first_case_that_holds():
    big, small = "trigger.payload.n > 9", "trigger.payload.n > 5"
    assert run("switch", cases(big, small, "true")).port == "p1"
    assert run("switch", cases(big)).port == "default"
    assert run("switch", {**cases(big), "default": "else"}).port == "else"
    assert run("switch", cases("{{ nodes.fetch.output.status == 200 }}")).port == "p0"


def test_a_switch_has_the_ports_of_its_cases():
    switch = registry.components["switch"]
    assert switch.ports_of(cases("true", "true")) == ("p0", "p1", "default")
    assert switch.ports_of({**cases("true"), "default": "p0"}) == ("p0",)
    assert switch.ports_of({}) == switch.ports == ("default",)


def test_a_wrong_condition_is_refused_with_its_path():
    assert wrong_fields("switch", cases("true", "1 +")) == ["cases[1].when"]
    assert wrong_fields("switch", {"cases": [{"when": "true"}]}) == ["cases[0].port"]
    assert wrong_fields("switch", {"cases": []}) == ["cases"]


def test_a_condition_that_cannot_be_judged_fails_the_node():
    with pytest.raises(NodeFailed, match="nobody"):
        run("switch", cases("trigger.nobody == 1"))


def test_the_schedule_of_a_trigger_is_an_id():
    assert wrong_fields("trigger_schedule", {"scheduled_job_id": "x"}) == [
        "scheduled_job_id"
    ]
    assert not wrong_fields("trigger_schedule", {"scheduled_job_id": str(uuid4())})


@pytest.mark.parametrize(
    ("type_", "config", "field"),
    [
        ("http_request", {"url": "http://x", "tool_name": "x\n"}, "tool_name"),
        ("http_request", {"url": "http://x", "headers": {"X-A\n": "b"}}, "headers"),
        ("switch", {"cases": [{"port": "a\n", "when": "true"}]}, "cases[0].port"),
        ("switch", {"cases": [], "default": "a\n"}, "default"),
        ("agent", {"prompt": "Hello", "model": "m\n"}, "model"),
    ],
)
def test_a_name_does_not_end_with_a_line_break(type_: str, config: Any, field: str):
    assert field in wrong_fields(type_, config)


def test_no_pattern_of_a_schema_lets_a_final_line_break_through():
    schemas = json.dumps([each.config_schema for each in registry.all()])
    patterns = json.loads(f"[{','.join(PATTERN.findall(schemas))}]")
    assert patterns
    assert [each for each in patterns if each.endswith("$")] == []

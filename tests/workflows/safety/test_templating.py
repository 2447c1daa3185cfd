from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest

from workflows.exceptions import NodeFailed
from workflows.registry import Context, config_problems, registry
from workflows.safety.templating import (
    MAX_LEVELS,
    MAX_PARTS,
    MAX_SOURCE,
    expression_problem,
    parts,
    render_text,
    template_problem,
)

LONG = "9" * 5000


@pytest.mark.parametrize(
    ("type_", "config", "field"),
    [
        ("template", {"text": "{{ N }}"}, "text"),
        ("template", {"json": {"a": ["{{ N }}"]}}, "json.a[0]"),
        ("switch", {"cases": [{"port": "a", "when": "N > 1"}]}, "cases[0].when"),
        (
            "http_request",
            {"url": "http://x/", "headers": {"A": "{{ N }}"}},
            "headers.A",
        ),
        ("http_request", {"url": "http://x/", "body": "{{ N }}"}, "body"),
        ("http_request", {"url": "http://x/", "json": "{{ N }}"}, "json"),
        ("agent", {"prompt": "{{ N }}"}, "prompt"),
        ("agent", {"prompt": "a", "instructions": "{{ N }}"}, "instructions"),
        ("run_workflow", {"workflow": str(uuid4()), "payload": "{{ N }}"}, "payload"),
        (
            "send_email",
            {"to": ["a@x.example"], "subject": "s", "text": "{{ N }}"},
            "text",
        ),
        ("schedule_pause", {"schedule_id": "{{ N }}"}, "schedule_id"),
    ],
)
def test_a_number_of_thousands_of_digits_is_refused_at_its_field(
    type_: str, config: dict[str, Any], field: str
) -> None:
    def with_number(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: with_number(part) for name, part in value.items()}
        if isinstance(value, list):
            return [with_number(part) for part in value]
        return value.replace("N", LONG) if isinstance(value, str) else value

    ((path, why),) = config_problems(registry.components[type_], with_number(config))
    assert path == field
    assert "contains a number that is too long" in why


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (LONG, "contains a number that is too long"),
        (f"0x{'f' * 9000}", "contains a number that is too long"),
        (f"1_{LONG}", "contains a number that is too long"),
        (f"[1, {{'a': {LONG}}}]", "contains a number that is too long"),
        ("1e999", "has an error in line 1: a number is too large"),
        ("1" * 400 + ".0", "has an error in line 1: a number is too large"),
    ],
)
def test_a_number_that_nothing_can_hold_is_refused(number: str, why: str) -> None:
    assert template_problem(f"{{{{ {number} }}}}") == why
    assert template_problem(f"{{% if {number} %}}{{% endif %}}") == why
    assert expression_problem(f"{number} == 1") == why


@pytest.mark.parametrize("number", ["9" * 4300, "1e308", "NaN", "Infinity", "-0.0"])
def test_other_numbers_and_names_are_taken(number: str) -> None:
    assert template_problem(f"{{{{ {number} }}}}") is None


@pytest.mark.parametrize("work", ["10 ** 5000", "1e308 * 10"])
def test_a_number_that_a_template_comes_to_fails_the_node(work: str) -> None:
    component = registry.components["template"]
    context = Context(trigger={}, nodes={}, site={}, execution_id=uuid4())
    with pytest.raises(NodeFailed, match=r"^The template failed"):
        component.prepare({"json": f"{{{{ {work} }}}}"}, context)


@pytest.mark.parametrize(
    "source",
    [
        "{% include 'a' %}",
        "{% import 'a' as b %}",
        "{% from 'a' import b %}",
        "{% extends 'a' %}",
        "{% block a %}{% endblock %}",
        "{% autoescape true %}{% endautoescape %}",
    ],
)
def test_what_needs_other_templates_has_no_meaning(source: str) -> None:
    assert "is not supported" in str(template_problem(source))


def test_blocks_are_nested_only_so_deep() -> None:
    def nested(levels: int) -> str:
        return "{% if a %}" * levels + "x" + "{% endif %}" * levels

    assert template_problem(nested(MAX_LEVELS - 1)) is None
    assert (
        template_problem(nested(MAX_LEVELS))
        == "has an error in line 1: blocks are nested too deeply"
    )


@pytest.mark.parametrize(
    "source",
    ["(" * 6000, "-" * 9000 + "1", "a" + ".b" * 4000, "not " * 4000 + "a", "[" * 9000],
)
def test_an_expression_that_is_nested_without_end_is_refused(source: str) -> None:
    began = time.process_time()
    assert expression_problem(source)
    assert time.process_time() - began < 2


def sets(number: int) -> str:
    return "".join(f"{{%set v{index}=1%}}" for index in range(number))


@pytest.mark.heavy
@pytest.mark.parametrize(
    "source",
    [
        "{{a}}" * 1995,
        "{{" + "[a," * 3990 + "a}}",
        "{{a" + "~a" * 3980 + "}}",
        "{{a" + "<a" * 3980 + "}}",
        "{{ {" + "a:a," * 1900 + "} }}",
        "{{a[1:2:3]}}" * 790,
        sets(850),
        sets(400) + "{%include 'x'%}" * 600,
        sets(400) + "{%macro m()%}{%endmacro%}" * 300,
        "{%macro m()%}" * 19 + sets(700) + "{%endmacro%}" * 19,
        "{%macro m()%}" * 90 + sets(600) + "{%endmacro%}" * 90,
        "{%for a in b%}" * 18 + sets(700) + "{%endfor%}" * 18,
        "{%if a%}{%set q=1%}{%else%}" * 60 + sets(600) + "{%endif%}" * 60,
    ],
)
def test_a_template_of_as_many_parts_as_it_may_have_is_compiled_in_time(
    source: str,
) -> None:
    assert len(source) <= MAX_SOURCE
    assert parts([source], most=MAX_PARTS) <= MAX_PARTS + 1
    began = time.process_time()
    template_problem(source)
    assert time.process_time() - began < 4


def test_parts_are_words_and_signs_and_ten_for_each_template() -> None:
    assert parts([], most=100) == 0
    assert parts(["{{a}}"], most=100) == 13
    assert parts(["a", "{{a}}"], most=100) == 26
    assert parts(["{{a}}" * 1000], most=100) == 101
    assert parts(["{{a}}"] * 1000, most=100) <= 111


def test_a_plain_text_is_no_template() -> None:
    assert template_problem("x" * (MAX_SOURCE + 1)) is None
    assert render_text({"a": "} 9"}, {}) == {"a": "} 9"}

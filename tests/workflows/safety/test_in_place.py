"""What is evaluated in place has the answer that the child process would give, at a bounded
cost; everything else is left to the child."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.safety import templating
from workflows.safety.in_place import BUDGET, MOST_SOURCE, InPlace, NotBounded
from workflows.safety.templating import (
    ENVIRONMENT,
    first_true,
    render_text,
    render_value,
)

LONG = "x" * 200_000
VARIABLES: dict[str, Any] = {
    "trigger": {
        "name": "nightly",
        "items": "a key, no method",
        "few": 1,
        "none": None,
        "huge": 10**400,
        "long": LONG,
        "list": [1, 2, 3],
        "payload": {"text": "Äß", "yes": True, "part": 0.5},
    },
    "nodes": {"fetch": {"output": {"status": 200, "body": "an error"}}},
}


def in_place(source: str) -> str:
    return InPlace(ENVIRONMENT, VARIABLES).text(source)


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a child process was asked")

    monkeypatch.setattr(templating, "run_sandboxed", refuse)


@pytest.mark.usefixtures("no_child")
def test_texts_look_ups_and_comparisons_need_no_child() -> None:
    tree = {
        "text": "{{ trigger.name | upper }}: {{ nodes.fetch.output.status }}",
        "key": "{{ trigger['items'] }}, {{ trigger.list[0] }} of {{ trigger.list | length }}",
        "choice": "{{ 'yes' if trigger.payload.yes else 'no' }}",
        "default": "{{ trigger.nothing | default('none given') }}",
        "plain": "no template",
    }
    assert render_text(tree, VARIABLES) == {
        "text": "NIGHTLY: 200",
        "key": "a key, no method, 1 of 3",
        "choice": "yes",
        "default": "none given",
        "plain": "no template",
    }
    assert render_value("{{ trigger.payload.part }}", VARIABLES) == 0.5
    cases = ["trigger.few > 3", "{{ 'error' in nodes.fetch.output.body }}"]
    assert first_true(cases, VARIABLES) == 1
    assert first_true(["trigger.few is none"], VARIABLES) is None


@pytest.mark.parametrize(
    "source",
    [
        "{{ 10 ** 10 }}",
        "{{ 'x' * 1000000000 }}",
        "{{ trigger.few + 1 }}",
        "{{ -trigger.few }}",
        "{{ 'x' | center(10000000000) }}",
        "{{ trigger.name | replace('n', trigger.long) }}",
        "{{ trigger.list | join(trigger.long) }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ '{:>9999999999}'.format(1) }}",
        "{{ trigger.name ~ trigger.name }}",
        "{{ trigger.name.upper() }}",
        "{{ trigger.name[1:] }}",
        "{{ [trigger.long, trigger.long] }}",
        "{{ {'a': trigger.long} }}",
        "{{ trigger }}",
        "{{ trigger.list }}",
        "{{ trigger.list == trigger.list }}",
        "{{ trigger.list | string }}",
        "{{ trigger.huge }}",
        "{{ range(1000000000) | length }}",
        "{{ lipsum(n=100000) }}",
        "{{ trigger.name if false }}",
        "{% for each in trigger.list %}{{ each }}{% endfor %}",
        "{% if trigger.few %}x{% endif %}",
        "{% set x = trigger.name %}{{ x }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% filter upper %}{{ trigger.name }}{% endfilter %}",
        "{{ trigger.few is divisibleby 1 }}",
        "{{ trigger.name | upper(**trigger) }}",
        "{{ trigger.name | unheard_of }}",
        "{{ trigger.missing }}",
        "{{ missing }}",
        "{{ trigger.name",
        "{{ " + "9" * 1900 + " }}",
        "x" * (MOST_SOURCE + 1),
    ],
)
def test_what_computes_or_grows_is_left_to_the_child(source: str) -> None:
    with pytest.raises(NotBounded):
        in_place(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ " + "not " * 400 + "trigger }}",
        "{{ " + "(" * 900 + "1" + ")" * 900 + " }}",
        "{{ trigger" + ".a" * 900 + " }}",
    ],
)
def test_deep_nesting_has_an_answer_or_is_left_to_the_child(source: str) -> None:
    with suppress(NotBounded):
        assert in_place(source) in ("True", "1")


def test_texts_share_one_budget() -> None:
    often = BUDGET // len(LONG)
    place = InPlace(ENVIRONMENT, VARIABLES)
    for _ in range(often):
        place.text("{{ trigger.long }}")
    with pytest.raises(NotBounded):
        place.text("{{ trigger.long }}")
    with pytest.raises(NotBounded):
        in_place("{{ trigger.long | upper | lower | upper | lower }}")


@pytest.mark.parametrize(
    "source",
    [
        "{{ trigger.name }}" * (MOST_SOURCE // 18),
        "{{ trigger.long | upper }}",
        "{{ '" + "a" * 900 + "b' in trigger.long }}",
        "{{ " + " and ".join(["trigger.name == 'x'"] * 70) + " }}",
    ],
)
def test_the_dearest_templates_are_cheap(source: str) -> None:
    start = time.process_time()
    InPlace(ENVIRONMENT, VARIABLES).text(source)
    assert time.process_time() - start < 0.25


_NAMES = ["name", "few", "none", "list", "payload", "missing", "items"]
_PATHS = st.sampled_from([f"trigger.{name}" for name in _NAMES]) | st.sampled_from(
    ["trigger.payload.text", "trigger.payload['part']", "trigger.list[1]", "1", "'Äb'"]
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    filters = st.sampled_from(
        [
            *("upper", "lower", "trim", "capitalize", "string", "length"),
            *("default(1)", "default('', true)", "title", "tojson"),
        ]
    )
    operators = st.sampled_from(
        ["==", "!=", "<", "<=", ">", "in", "not in", "and", "or"]
    )
    tests = st.sampled_from(["none", "defined", "string", "number", "not true"])
    return st.one_of(
        st.tuples(inner, filters).map(lambda each: f"({each[0]} | {each[1]})"),
        st.tuples(inner, operators, inner).map(lambda each: f"({' '.join(each)})"),
        st.tuples(inner, tests).map(lambda each: f"({each[0]} is {each[1]})"),
        inner.map(lambda each: f"(not {each})"),
        st.tuples(inner, inner, inner).map(
            lambda each: f"({each[0]} if {each[1]} else {each[2]})"
        ),
    )


@settings(deadline=None)
@given(st.recursive(_PATHS, _grown, max_leaves=5))
def test_the_answer_is_that_of_jinja(expression: str) -> None:
    source = f"A {{{{ {expression} }}}} Z"
    try:
        mine = in_place(source)
    except NotBounded:
        return
    assert mine == ENVIRONMENT.from_string(source).render(VARIABLES)
    value = ENVIRONMENT.compile_expression(expression)(VARIABLES)
    place = InPlace(ENVIRONMENT, VARIABLES)
    assert (place.value(expression), place.is_true(expression)) == (value, bool(value))

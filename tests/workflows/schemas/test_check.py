from __future__ import annotations

import time
from typing import Any

import pytest

from workflows.schemas.check import (
    MAX_PARTS,
    declaration_problem,
    parts,
    schema_problem,
)
from workflows.schemas.validate import MAX_PROBLEMS, schema_problems


@pytest.mark.parametrize(
    ("schema", "number"),
    [
        ({}, 1),
        ({"type": "string"}, 1),
        ({"properties": {"a": {"type": "string"}, "b": True}}, 4),
        ({"enum": [str(number) for number in range(200)]}, 11),
        ({"allOf": [{}, {"not": {}}]}, 4),
    ],
)
def test_the_parts_of_a_schema_are_the_objects_and_truths_in_it(
    schema: Any, number: int
) -> None:
    assert parts(schema) == number


def test_as_many_parts_as_may_be_are_taken_and_one_more_is_not() -> None:
    def schema(number: int) -> dict[str, Any]:
        return {"allOf": [{}] * (number - 1)}

    assert schema_problem(schema(MAX_PARTS)) is None
    assert (
        schema_problem(schema(MAX_PARTS + 1))
        == f"The schema has more than {MAX_PARTS} parts."
    )


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "objekt"}, "This is not a valid JSON schema: 'objekt' is not"),
        ({"pattern": "("}, "This is not a valid JSON schema: '(' is not a 'regex'"),
        ({"pattern": "a{99999999999999999999}"}, "a number is too large"),
        ({"pattern": "(" * 100 + ")" * 100}, None),
        ({"multipleOf": 0}, "This is not a valid JSON schema"),
        ({"multipleOf": 10**400}, None),
        ({"required": ["a"] * 3000}, "This is not a valid JSON schema"),
        ("text", "This is not a valid JSON schema"),
    ],
)
def test_what_is_not_a_schema_is_refused_in_few_words(
    schema: Any, why: str | None
) -> None:
    problem = schema_problem(schema)
    assert (problem is None) if why is None else (why in str(problem))
    assert len(problem or "") <= 300


def test_a_declared_schema_is_wrong_when_a_part_of_it_is() -> None:
    assert declaration_problem({"properties": {"a": {"type": "string"}}}) is None
    assert declaration_problem({"properties": {"a": {"type": "x"}}, "required": ["a"]})
    assert declaration_problem({"properties": {}, "required": "a"})
    assert declaration_problem({"properties": {}, "type": "x"})


@pytest.mark.parametrize("value", [10**400, -(10**400)])
@pytest.mark.parametrize(
    "schema",
    [
        {"multipleOf": 0.1},
        {"multipleOf": 10**401 + 1},
        {"maximum": 1.5, "minimum": -1.5},
        {"exclusiveMaximum": 1e308, "exclusiveMinimum": -1e308},
        {"type": "integer", "enum": [1.5]},
        {"const": 1.5},
    ],
)
def test_a_number_that_no_float_can_hold_is_a_fault_like_any_other(
    schema: dict[str, Any], value: int
) -> None:
    ((path, why),) = schema_problems({"properties": {"n": schema}}, {"n": value})
    assert path in ("", "n")
    assert why


def test_a_pattern_in_the_value_that_cannot_be_compiled_is_a_fault() -> None:
    value = "a{99999999999999999999}"
    assert schema_problems({"format": "regex"}, value)


def test_a_schema_that_leads_in_a_circle_is_a_fault_of_any_value() -> None:
    circle = {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}
    assert schema_problems(circle, 1) == [("", "The value is nested too deeply.")]


def test_of_many_faults_the_first_hundred_are_told() -> None:
    schema = {"items": {"type": "string"}}
    assert len(schema_problems(schema, [1] * 20_000)) == MAX_PROBLEMS


@pytest.mark.heavy
@pytest.mark.parametrize(
    "keyword",
    [
        lambda values: {"type": values},
        lambda values: {"dependencies": {"a": values}},
        lambda values: {"required": values},
        lambda values: {"properties": {"a": {"type": values}}},
    ],
)
def test_a_list_that_cannot_be_sorted_is_refused_in_time(keyword: Any) -> None:
    """Each of its values would be compared with all others."""
    texts_and_numbers = [value for n in range(5_000) for value in (n, str(n))]
    texts_and_null = [None, *map(str, range(10_000))]
    lists = [[n] if n % 2 else str(n) for n in range(8_000)]
    for values in (texts_and_numbers, texts_and_null, lists):
        began = time.process_time()
        assert schema_problem(keyword(values))
        assert time.process_time() - began < 0.5

from __future__ import annotations

from typing import Any

import pytest

from workflows.kit.json_paths import schema_at, values_at


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("default", [("default", "else")]),
        ("cases[].port", [("cases[0].port", "a"), ("cases[1].port", "b")]),
        ("cases[].when", [("cases[1].when", "true")]),
        ("outer.inner", [("outer.inner", 1)]),
        ("names[]", [("names[0]", "x")]),
        ("nowhere", []),
        ("default[].port", []),
        ("default.port", []),
        ("cases.port", []),
    ],
)
def test_each_value_comes_with_its_own_path(path: str, found: list[Any]):
    value = {
        "default": "else",
        "cases": [{"port": "a"}, {"port": "b", "when": "true"}, "odd"],
        "outer": {"inner": 1},
        "names": ["x"],
    }
    assert list(values_at(value, path)) == found


@pytest.mark.parametrize("value", [None, [], "x", 1, {"cases": 1}, {"cases": [None]}])
def test_a_value_of_another_shape_has_nothing_at_a_path(value: Any):
    assert list(values_at(value, "cases[].port")) == []


def test_a_path_finds_its_part_of_the_schema():
    port = {"type": "string"}
    case = {"type": "object", "properties": {"port": port}}
    schema = {"properties": {"cases": {"type": "array", "items": case}}}
    assert schema_at(schema, "cases[].port") == port
    assert schema_at(schema, "cases[].when") is None
    assert schema_at(schema, "cases.port") is None
    assert schema_at({"properties": {"cases": True}}, "cases[].port") is None

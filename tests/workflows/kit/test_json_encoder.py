"""Values become the texts that `json` makes of them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from workflows.kit.json_encoder import encoder


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 1, 1.5, "", 'é "\n😀', [], {}),
        {"b": [1, {"a": None}], "a": (1, 2), 3: "three"},
        float("inf"),
    ],
)
def test_as_json_does(value: Any) -> None:
    assert encoder()(value) == json.dumps(value)


def test_with_sorted_keys_and_other_values() -> None:
    text = encoder(sort_keys=True, default=str)({"b": date(2026, 1, 2), "a": 1})
    assert text == '{"a": 1, "b": "2026-01-02"}'


def test_what_is_not_json_is_refused_and_the_next_value_is_not() -> None:
    encode = encoder(allow_nan=False)
    endless: list[Any] = []
    endless.append(endless)
    for value, error in (
        ([float("nan")], ValueError),
        ([object()], TypeError),
        (endless, RecursionError),
    ):
        with pytest.raises(error):
            encode(value)
        assert encode([1]) == "[1]"

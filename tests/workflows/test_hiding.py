from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.hiding import holds_known, without_known, without_suspects

SECRET = "sk-0123456789"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda part: st.lists(part) | st.dictionaries(st.text(), part),
)


def test_what_looks_secret_is_hidden_wherever_it_stands():
    shown = without_suspects(
        {
            "headers": [{"X-Api-Key": "s3cret", "Accept": "*/*"}],
            "password": {"in": ["s3cret"]},
            "text": "See https://ada:s3cret@example.com/a?token=s3cret&page=2, please.",
        }
    )
    assert "s3cret" not in str(shown)
    assert shown["headers"][0]["Accept"] == "*/*"
    assert "page=2" in shown["text"]


def test_a_known_secret_is_hidden_in_any_text_and_any_name():
    assert without_known({"a k3y b": ["k3y"]}, {"k3y", ""}) == {"a *** b": ["***"]}


@given(JSON)
def test_any_value_can_be_shown(value):
    shown = without_suspects(value)
    assert without_suspects(shown) == shown


@pytest.mark.parametrize(
    "value",
    [SECRET, f"Bearer {SECRET}!", {"a": [1, {"b": SECRET}]}, {SECRET: 1}, [[SECRET]]],
)
def test_a_secret_is_found_wherever_it_is(value: Any):
    assert holds_known(value, {SECRET})


@pytest.mark.parametrize("known", [set(), {""}, {"none"}, {SECRET}])
def test_a_word_that_stands_for_no_key_is_no_secret(known: set[str]):
    assert not holds_known({"catch_up": "none", "n": 1, "x": [None, True]}, known)


def test_what_is_nested_without_end_is_looked_through():
    value: Any = SECRET
    for _ in range(10_000):
        value = [value]
    assert holds_known(value, {SECRET})

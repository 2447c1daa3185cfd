from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.hiding import (
    holds_known,
    resembles,
    without_known,
    without_suspects,
)

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


ODD = "sk-\xff+/?a>b~c d&e=f%"
SPELT = [
    ODD,
    b64encode(ODD.encode()).decode(),
    b64encode(ODD.encode()).decode().rstrip("="),
    urlsafe_b64encode(ODD.encode()).decode(),
    b64encode(f"a:{ODD}".encode()).decode(),
    b64encode(f":{ODD}".encode()).decode(),
    ODD.encode().hex(),
    ODD.encode().hex(" ").upper(),
    quote(ODD),
    quote(ODD, safe=""),
    "".join(f"%{byte:02X}" for byte in ODD.encode()),
]


@pytest.mark.parametrize("spelt", SPELT)
def test_a_secret_is_known_again_however_it_is_spelt(spelt: str):
    assert resembles(f"The key {spelt} is bad.", ODD)


@pytest.mark.parametrize(
    "text", ["Slow down...", "Request 5f2b9c0d1e: no model **gpt**", "736b2"]
)
def test_words_that_have_nothing_of_a_secret_are_told(text: str):
    assert not resembles(text, ODD)

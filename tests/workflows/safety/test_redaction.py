from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.safety.redaction import (
    REDACTED,
    contains_known,
    redact,
    redact_known,
)

SECRET = "sk-0123456789"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda part: st.lists(part) | st.dictionaries(st.text(), part),
)


def test_what_looks_secret_is_hidden_wherever_it_stands():
    shown = redact(
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
    assert redact_known({"a k3y b": ["k3y"]}, {"k3y", ""}) == {"a *** b": ["***"]}


@given(JSON)
def test_any_value_can_be_shown(value):
    shown = redact(value)
    assert redact(shown) == shown


@pytest.mark.parametrize(
    "value",
    [SECRET, f"Bearer {SECRET}!", {"a": [1, {"b": SECRET}]}, {SECRET: 1}, [[SECRET]]],
)
def test_a_secret_is_found_wherever_it_is(value: Any):
    assert contains_known(value, {SECRET})


@pytest.mark.parametrize("known", [set(), {""}, {"none"}, {SECRET}])
def test_a_word_that_stands_for_no_key_is_no_secret(known: set[str]):
    assert not contains_known({"catch_up": "none", "n": 1, "x": [None, True]}, known)


def test_what_is_nested_without_end_is_looked_through():
    value: Any = SECRET
    for _ in range(10_000):
        value = [value]
    assert contains_known(value, {SECRET})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://x.example/?page=2", "https://x.example/?page=2"),
        ("HTTPS://ada:s3@cret@x.example/a", "HTTPS://***:***@x.example/a"),
        ("redis://:s3cret@x.example:6379/0", "redis://***:***@x.example:6379/0"),
        (
            "https://x.example/?key=s3cret&sig=s3cret",
            "https://x.example/?key=***&sig=***",
        ),
        (
            "https://x.example/#access_token=s3cret",
            "https://x.example/#access_token=***",
        ),
        ("https://x.example/?pass%77ord=s3cret", "https://x.example/?pass%77ord=***"),
        ("/back?next=https%3A%2F%2Fa%3As3cret%40b%2F", "/back?next=***"),
        ("user=ada&password=s3%20cret&page=2", "user=ada&password=***&page=2"),
        ("host=db user=ada password='s3 cret'", "host=db user=ada password=***"),
        ("session_token=s3cret", "session_token=***"),
        ("x=token=s3cret", "x=token=***"),
        ('{"a": [{"Password": "s3cret"}]}', '{"a": [{"Password": "***"}]}'),
        ('{"a":  "nothing"}', '{"a":  "nothing"}'),
        ("Author=Ada&max_tokens=5", "Author=Ada&max_tokens=5"),
    ],
)
def test_a_text_shows_no_secret_that_has_a_name(text: str, shown: str):
    assert redact(text) == shown


@pytest.mark.parametrize(
    "value",
    [
        {"author": "Ada", "authority": "x", "co-authors": ["Ada"]},
        {"max_tokens": 5, "tokens": {"input": 812, "output": 21}, "token": None},
        {"has_password": True, "password": None},
        {"key": "a", "name": "page", "value": "2"},
    ],
)
def test_what_is_no_secret_is_shown(value: Any):
    assert redact(value) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"password": 12345, "pin": 1}, {"password": "***", "pin": 1}),
        ({"tokens": ["s3cret"]}, {"tokens": "***"}),
        ({"authorization": "s3cret"}, {"authorization": "***"}),
        ({"privateKey": "s3cret"}, {"privateKey": "***"}),
        (
            [{"name": "Authorization", "value": "s3cret"}],
            [{"name": "Authorization", "value": "***"}],
        ),
    ],
)
def test_a_name_tells_a_secret(value: Any, shown: Any):
    assert redact(value) == shown


def test_nothing_is_shown_of_what_is_nested_too_deeply():
    text = "[" * 900 + '"password=s3cret"' + "]" * 900
    assert "s3cret" not in redact(text)


@pytest.mark.heavy
@pytest.mark.parametrize(
    "part",
    [
        "auth7=1&",
        "a=",
        "a='",
        '="',
        "://",
        "%",
        "a=%61",
        "a=b%",
        "[",
        '{"a":"',
        "?key=",
        "http://a@",
        "a@",
        "auth='\"",
        "\n",
        "password=",
        "a.b-c%20",
        "\\",
    ],
)
def test_hiding_takes_time_in_proportion_to_the_text(part: str):
    """2,500 parameters took 84 seconds once."""
    text = f"https://x.example/?{part * (128 * 1024 // len(part))}"
    began = time.process_time()
    redact(text)
    redact(text[19:])
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "text",
    [
        '{"password": "hunter2"}\n{"user": "ann", "password": "hunter2"}',
        'Sent {"password": "hunt\\"hunter2", "n": 1} to the shop.',
        '"{\\"api_key\\": \\"hunter2\\", \\"n\\": 1}" was sent',
        "{'client_secret': 'hunter2', 'n': 2}",
        '{"n": 1, "password": "hunter2',
        '{"n": 1, "password": hunter2}',
        "user=ann&pass=hunter2",
    ],
)
def test_a_secret_is_hidden_in_a_text_that_is_not_json_as_a_whole(text: str) -> None:
    assert "hunter2" not in redact(text)
    assert redact("the counter: 3, 'n': 4") == "the counter: 3, 'n': 4"


@pytest.mark.parametrize(
    "name",
    ["pass", "dbPass", "user_pass", "encryption_key", "signingKey", "AccountKey"],
)
def test_more_names_of_secrets_are_known(name: str) -> None:
    assert redact({name: "hunter2"}) == {name: REDACTED}


def test_a_number_of_passes_is_no_secret() -> None:
    for shown in ({"pass": 12, "fail": 3}, {"bypass": "on"}, '{"pass": 12} {"n": 1}'):
        assert redact(shown) == shown


@pytest.mark.heavy
@pytest.mark.parametrize(
    "unit", ['"a":', '"password":', "\\", '\\"', '"password":"', '"password":\'', "'"]
)
def test_fields_in_a_text_are_found_in_little_time(unit: str) -> None:
    text = '"password":' + unit * (256 * 1024 // len(unit))
    began = time.process_time()
    redact(text)
    assert time.process_time() - began < 1

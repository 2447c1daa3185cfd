"""Secrets are emptied, and their paths are told; what only names a secret is kept."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.safety.emptying import emptied, leaves


@pytest.mark.parametrize(
    ("value", "left", "paths"),
    [
        ({"headers": {"Authorization": "Bearer abc"}}, "", ["headers.Authorization"]),
        ({"json": {"a": [{"api_key": 7}]}}, "", ["json.a[0].api_key"]),
        ({"list": [{"name": "X-Token", "value": "abc"}]}, "", ["list[0].value"]),
        ({"url": "https://x.io/?key=abc&n=1"}, "https://x.io/?key=&n=1", ["url"]),
        ({"url": "https://ada:pw@x.io/"}, "https://x.io/", ["url"]),
        ({"body": '{"password": "pw"}'}, '{"password": ""}', ["body"]),
        ({"body": "token=abc&n={{ nodes.a.output }}"}, "", ["body"]),
        ({"token": "{{ 'abc' }}"}, "", ["token"]),
        ({"token": "abc{{ nodes.a.output }}"}, "", ["token"]),
        ({"password": {"old": "a", "new": "b"}}, "", ["password"]),
    ],
)
def test_a_secret_is_emptied_and_named(value: Any, left: str, paths: list[str]) -> None:
    found = emptied(value)
    assert found.paths == paths
    assert dict(leaves(found.value))[paths[0]] == left
    assert "abc" not in str(found.value)


@pytest.mark.parametrize(
    "value",
    [
        {"url": "https://x.io/?n=1", "max_tokens": 50, "signed": True},
        {"headers": {"Authorization": "Bearer {{ nodes.login.output.token }}"}},
        {"token": "{{ trigger.payload.token }}"},
        {"body": "token={{ nodes.login.output.token }}&n=1"},
        {"body": '{"token":"{{ nodes.login.output.token }}"}'},
        {"password": "", "secret": None, "tokens": 3},
        {"text": "*** Important ***"},
    ],
)
def test_what_is_no_secret_is_kept(value: Any) -> None:
    assert emptied(value) == (value, [])


def test_paths_begin_where_they_are_told_to() -> None:
    assert emptied({"token": "abc"}, "config").paths == ["config.token"]

"""What comes in at `/mcp/`, well made or not."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client as Browser

from schedules.models import ScheduleEvent

pytestmark = pytest.mark.django_db(transaction=True)
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.fixture
def post(token: str) -> Callable[..., Any]:
    """A raw request to /mcp/, with Alice's token by default."""

    def post(
        body: Any = PING,
        *,
        header: str = f"Bearer {token}",
        browser: Any = None,
        more: dict[str, str] | None = None,
    ) -> Any:
        browser = browser or Browser(enforce_csrf_checks=True)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Accept": "application/json, text/event-stream"}
        headers |= {"Authorization": header} if header else {}
        headers |= more or {}
        return browser.post(
            "/mcp/", content, content_type="application/json", headers=headers
        )

    return post


def test_a_token_is_all_that_is_required(post):
    answer = post()
    assert (answer.status_code, answer.json()["result"]) == (200, {})


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic YTpi"])
def test_without_a_good_token_nothing_is_answered(post, header: str):
    answer = post(header=header)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_browsers_cookie_is_no_token(post, alice: User):
    browser = Browser()
    browser.force_login(alice)
    assert post(header="", browser=browser).status_code == 401


@pytest.mark.parametrize("method", ["get", "delete", "put", "options", "head"])
def test_there_is_nothing_but_post(token: str, method: str):
    ask = getattr(Browser(), method)
    answer = ask("/mcp/", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "origin",
    [
        "http://testserver",
        "https://ostinato.example",
        "https://trusted.example",
        "https://a.sub.example",
    ],
)
def test_a_page_of_this_site_or_of_one_that_it_trusts_may_ask(
    post, settings, ostinato, origin: str
):
    ostinato(SITE_URL="https://ostinato.example")
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example", "https://*.sub.example"]
    assert post(more={"Origin": origin}).status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://evil.example",
        "http://testserver.evil.example",
        "http://testserver:81",
        "https://testserver",
        "http://trusted.example",
        "https://evilsub.example",
        "https://trusted.example.evil.example",
        "http://[::1",
        "testserver",
    ],
)
def test_a_page_of_another_site_is_refused(post, settings, origin: str):
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example", "https://*.sub.example"]
    for header in ({}, {"header": ""}):
        answer = post(more={"Origin": origin}, **header)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "kind", ["text/plain", "", "application/x-www-form-urlencoded"]
)
def test_what_is_not_sent_as_json_is_refused(token: str, kind: str):
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    body = json.dumps(PING)
    answer = Browser().generic(
        "POST", "/mcp/", body, content_type=kind, headers=headers
    )
    assert (answer.status_code, answer["Content-Type"]) == (
        415,
        "application/problem+json",
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"jsonrpc": "2.0"}', b"[" * 5000],
)
def test_nonsense_is_an_error_of_the_client(post, body: bytes):
    assert 400 <= post(body).status_code < 500


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", "Parse error: the input is not valid JSON."),
        (b"[]", "Invalid request: the input is not a valid JSON-RPC message."),
        (b"null", "Invalid request: the input is not a valid JSON-RPC message."),
        (
            json.dumps(PING | {"params": {"x": "\ud800"}}).encode(),
            "Parse error: the input is not valid JSON.",
        ),
    ],
)
def test_an_invalid_message_is_answered_with_a_sentence(post, body: bytes, error: str):
    answer = post(body)
    assert answer.status_code == 400
    assert (answer.json()["id"], answer.json()["error"]["message"]) == (None, error)


def test_a_body_that_is_too_large_is_refused(post):
    assert post(b"x" * (1024 * 1024 + 1)).status_code == 413


def test_its_requests_are_counted_as_those_of_the_api(post, settings):
    from django.core.cache import cache

    cache.clear()
    settings.OSTINATO = {"API_RATE": "2/day"}
    assert [post().status_code for _ in range(3)] == [200, 200, 429]
    cache.clear()


def test_the_token_is_neither_logged_nor_returned(post, token: str, log_lines):
    given = {"name": f"x{token}", "workflow": token, "interval_seconds": 1}
    call = {**PING, "method": "tools/call"}
    answers = [
        post(),
        post({**call, "params": {"name": token, "arguments": {}}}),
        post({**call, "params": {"name": "schedule_create", "arguments": given}}),
        post(header=f"Bearer {token[:-1]}"),
    ]
    assert token not in log_lines()
    assert all(token not in str(answer.headers) for answer in answers)
    assert not ScheduleEvent.objects.exists()


def test_it_is_no_address_of_the_api(db: None):
    assert "/mcp/" not in Browser().get("/api/schema/?format=json").text


def test_without_the_extra_it_says_so(post, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "mcp", None)
    answer = post()
    assert (answer.status_code, answer.json()["code"]) == (501, "not_installed")
    assert 'the extra "mcp"' in answer.json()["detail"]


def test_what_would_never_end_is_refused_at_once(post):
    """A subscription needs a stream, and every request here is independent."""
    version = "2026-07-28"
    meta = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    }
    method = "subscriptions/listen"
    body = {"jsonrpc": "2.0", "id": 1, "method": method}
    answer = post(
        body | {"params": {"notifications": {}, "_meta": meta}},
        more={"MCP-Protocol-Version": version, "Mcp-Method": method},
    )
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "Method not found"

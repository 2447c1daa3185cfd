"""Over MCP a token sees the tools of its scope, and calls no other."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from platform_site.accounts.tokens import create_token
from schedules.models import ScheduledJob
from tests.schedules.conftest import NOON
from workflows.scopes import Scope

TOOLS = {
    Scope.READ: {"schedule_list", "schedule_preview", "schedule_explain"},
    Scope.OPERATE: {"schedule_pause", "schedule_resume"},
    Scope.EDIT: {"schedule_create", "schedule_stop"},
}


def ask(alice: User, scope: Scope, method: str, **params: Any) -> Any:
    _, text = create_token(alice, name="agent", expires_at=None, now=NOON, scope=scope)
    return Client().post(
        "/mcp/",
        {"jsonrpc": "2.0", "id": 7, "method": method, "params": params},
        content_type="application/json",
        headers={
            "Authorization": f"Bearer {text}",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2025-11-25",
        },
    )


@pytest.mark.parametrize("scope", Scope)
def test_only_the_tools_of_the_scope_are_listed(alice: User, scope: Scope) -> None:
    listed = ask(alice, scope, "tools/list").json()["result"]["tools"]
    usable = [TOOLS[step] for step in Scope if scope.allows(step)]
    assert {tool["name"] for tool in listed} == set().union(*usable)


@pytest.mark.parametrize(
    ("tool", "needed"),
    [
        ("schedule_create", "edit"),
        ("schedule_stop", "edit"),
        ("schedule_pause", "operate"),
    ],
)
def test_a_tool_beyond_the_scope_is_refused(
    alice: User, tool: str, needed: str
) -> None:
    arguments = {"name": "report", "workflow": "nightly", "interval_seconds": 3600}
    answer = ask(alice, Scope.READ, "tools/call", name=tool, arguments=arguments)
    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"] == (
        f'Bearer error="insufficient_scope", scope="{needed}"'
    )
    told = answer.json()
    assert told["id"] == 7
    assert told["error"]["message"] == (
        f'The token has the scope "read", but this requires "{needed}".'
    )
    assert not ScheduledJob.objects.exists()


def test_a_tool_within_the_scope_is_called(alice: User) -> None:
    answer = ask(alice, Scope.READ, "tools/call", name="schedule_list", arguments={})
    assert answer.status_code == 200
    assert answer.json()["result"]["isError"] is False

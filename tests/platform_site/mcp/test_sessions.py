"""The tools over MCP, spoken to by the official SDK's client, over stdio and HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx2
import pytest
from django.contrib.auth.models import User
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from platform_site.local.data_dir import BASE_DIR
from schedules.models import ScheduledJob, ScheduleEvent

pytestmark = pytest.mark.django_db(transaction=True)
EXPECTED = {"legacy": "2025-11-25", "2026-07-28": "2026-07-28"}
Connect = Callable[[str], Any]
TOOLS = {
    "schedule_create",
    "schedule_pause",
    "schedule_resume",
    "schedule_stop",
    "schedule_list",
    "schedule_preview",
    "schedule_explain",
}


@pytest.fixture
def connect(request: pytest.FixtureRequest, transport: str, alice: User) -> Connect:
    """Clients of a protocol version."""
    if transport == "stdio":
        env = request.getfixturevalue("child_env")
        server = StdioServerParameters(
            command=sys.executable,
            args=["manage.py", "mcp", "--user", "alice"],
            env=env,
            cwd=BASE_DIR,
        )
        return lambda version: Client(server, mode=version)
    address = request.getfixturevalue("served") + "/mcp/"
    token = request.getfixturevalue("token")

    @asynccontextmanager
    async def over_http(version: str) -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
            streams = streamable_http_client(address, http_client=http)
            async with Client(streams, mode=version) as client:
                yield client

    return over_http


@pytest.mark.parametrize(
    ("transport", "version"),
    [
        ("stdio", "legacy"),
        ("http", "2026-07-28"),
        pytest.param("stdio", "2026-07-28", marks=pytest.mark.slow),
        pytest.param("http", "legacy", marks=pytest.mark.slow),
    ],
)
def test_a_session_lists_creates_pauses_and_stops(connect: Connect, version: str):
    async def session() -> None:
        async with connect(version) as client:
            assert client.protocol_version == EXPECTED[version]
            listed = (await client.list_tools()).tools
            assert {tool.name for tool in listed} == TOOLS
            hints = {tool.name: tool.annotations for tool in listed}
            assert hints["schedule_stop"].destructive_hint is True
            assert hints["schedule_list"].read_only_hint is True
            await a_life(client)
            await refusals(client)

    async def a_life(client: Client) -> None:
        given = {"name": "report", "workflow": "nightly", "cron_expression": "@daily"}
        made = await client.call_tool("schedule_create", given)
        assert not made.is_error
        assert made.structured_content["sentence"] == "At 00:00 every day (UTC)"
        assert json.loads(made.content[0].text) == made.structured_content
        one = {"schedule_id": made.structured_content["id"]}
        paused = await client.call_tool("schedule_pause", one)
        assert paused.structured_content["status"] == "paused"
        soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        told = await client.call_tool("schedule_explain", {**one, "at": soon})
        assert "not due" in told.structured_content["sentence"]
        stopped = await client.call_tool("schedule_stop", one)
        assert stopped.structured_content["status"] == "deleted"
        rest = await client.call_tool("schedule_list", {})
        assert rest.structured_content["total"] == 0

    async def refusals(client: Client) -> None:
        given = {"name": "report", "workflow": "nightly", "interval_seconds": 1}
        refused = await client.call_tool("schedule_create", given)
        assert refused.is_error
        assert refused.structured_content is None  # it would not fit the output schema
        error = json.loads(refused.content[0].text)["error"]
        assert error["code"] == "agent_interval"
        assert "interval_seconds of 60 or more" in error["remedy"]
        with pytest.raises(MCPError, match="There is no tool"):
            await client.call_tool("rm_rf", {})

    anyio.run(session)
    events = ScheduleEvent.objects.order_by("id")
    assert [event.verb for event in events] == ["create", "pause", "stop"]
    assert {(event.actor_kind, event.actor_name) for event in events} == {
        ("agent", "alice")
    }


def test_nothing_but_the_protocol_is_on_stdout(child_env: dict[str, str], alice: User):
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    given = {"name": "x", "workflow": "nightly", "interval_seconds": 600}
    call = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "schedule_create", "arguments": given},
    }
    process = served_by(child_env | {"LOG_LEVEL": "DEBUG"})
    assert process.stdin
    assert process.stdout
    for message in (hello, ready, call):
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
    answers = [json.loads(process.stdout.readline()) for _ in range(2)]
    rest, logged = process.communicate(timeout=20)
    assert [answer["id"] for answer in answers] == [1, 2]
    assert answers[0]["result"]["protocolVersion"] == "2025-06-18"
    assert answers[1]["result"]["structuredContent"]["name"] == "x"
    assert (rest, process.returncode) == ("", 0)
    assert "level=debug" in logged
    assert ScheduledJob.objects.count() == 1


def served_by(env: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "mcp", "--user", "alice"],
        cwd=BASE_DIR,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_line_that_is_no_message_is_answered(child_env: dict[str, str], alice: User):
    ping = '{"jsonrpc": "2.0", "id": 7, "method": "ping"}'
    half = (
        '{"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": '
        '{"name": "schedule_list", "arguments": {"name_contains": "\\ud800"}}}'
    )
    lines = ["{bad", f"[{ping}]", "[" * 5000, "null", '{"jsonrpc": "2.0"}', half, ping]
    process = served_by(child_env)
    assert process.stdin
    assert process.stdout
    process.stdin.write("".join(f"{line}\n" for line in lines))
    process.stdin.flush()
    answers = [json.loads(process.stdout.readline()) for _ in lines]
    process.communicate(timeout=20)
    assert [answer["id"] for answer in answers] == [None] * 6 + [7]
    codes = [answer["error"]["code"] for answer in answers[:-1]]
    assert codes == [-32700, -32600, -32700, -32600, -32600, -32700]


def manage(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "mcp", *words]
    return subprocess.run(
        command, cwd=BASE_DIR, env=env, capture_output=True, text=True, check=False
    )


def test_an_unknown_user_gets_no_server(child_env: dict[str, str]):
    ended = manage(child_env, "--user", "nobody")
    assert ended.returncode == 1
    assert ended.stderr.strip() == 'CommandError: There is no active user "nobody".'


def test_without_a_database_one_line_says_what_to_run(
    child_env: dict[str, str], tmp_path: Any
):
    database = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    ended = manage(child_env | {"DATABASE_URL": database}, "--user", "alice")
    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "manage.py setup" in ended.stderr


def test_without_the_extra_one_line_says_so(
    child_env: dict[str, str], alice: User, tmp_path: Any
):
    (tmp_path / "mcp.py").write_text("raise ModuleNotFoundError('mcp')")
    ended = manage(child_env | {"PYTHONPATH": str(tmp_path)}, "--user", "alice")
    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1
    assert 'the extra "mcp"' in ended.stderr

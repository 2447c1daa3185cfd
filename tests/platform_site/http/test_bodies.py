"""Bodies of every kind of transfer and of any length, as a server hands them over, and
over a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User

from platform_site.accounts.models import ApiToken
from platform_site.asgi import application
from workflows.models import Workflow, WorkflowExecution

CHUNKED = {"transfer-encoding": "chunked"}
TOO_LARGE = {"body": ["Must have at most 1,048,576 bytes."]}
MIB = 1024 * 1024

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def token(owner: User) -> str:
    return str(ApiToken.objects.create(user=owner)[1])


@pytest.fixture
def run(workflow: Workflow) -> str:
    return f"/api/v1/workflows/{workflow.pk}/run/"


@async_to_sync
async def post(path: str, parts: list[bytes], headers: dict[str, str]) -> Any:
    """The status, and the JSON that the site answers to a body that comes in `parts`."""
    waiting, sent = list(parts), []

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()  # the client stays, and sends no more
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        sent.append(message)

    given = {"host": "localhost", "content-type": "application/json", **headers}
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), text.encode()) for name, text in given.items()],
    }
    await application(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], json.loads(body)


@pytest.mark.parametrize(
    "length", [CHUNKED, CHUNKED | {"content-length": "3"}, {}], ids=str
)
def test_a_body_of_no_stated_length_is_read(
    run: str, token: str, length: dict[str, str]
) -> None:
    signed_in = {"authorization": f"Bearer {token}"}
    parts = [b'{"payload": {"na', b'me": "Ada"}}', b""]
    status, told = post(run, parts, length | signed_in)
    assert status == 202, told
    assert WorkflowExecution.objects.get().event["payload"] == {"name": "Ada"}

    status, told = post(run, [b"{not json"], length | signed_in)
    assert (status, told["code"]) == (400, "parse_error")


@pytest.mark.parametrize(
    "length", [CHUNKED, {"content-length": "4000000000"}, {}], ids=str
)
def test_no_more_of_a_body_is_taken_than_may_come(
    run: str, length: dict[str, str]
) -> None:
    # Had it waited for more messages than these, it would wait forever.
    parts = [b" " * MIB, b" ", b"no more is asked for"]
    status, told = post(run, parts, length)
    assert (status, told["status"], told["code"]) == (413, 413, "too_large")
    assert told["errors"] == TOO_LARGE


def test_as_much_as_may_come_is_taken(run: str, token: str) -> None:
    signed_in = {"authorization": f"Bearer {token}"}
    assert post(run, [b" " * (MIB - 2), b"{}"], CHUNKED | signed_in)[0] == 202


def test_chunked_bodies_are_taken_and_refused_over_a_socket(
    served: str, run: str, token: str
) -> None:
    signed_in = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def send(body: Iterator[bytes]) -> httpx.Response:
        return httpx.post(served + run, content=body, headers=signed_in, timeout=10)

    assert send(iter([b'{"payload": ', b'{"n": 1}}'])).status_code == 202
    assert WorkflowExecution.objects.get().event["payload"] == {"n": 1}
    assert send(iter([b"{not json"])).json()["code"] == "parse_error"
    refused = send(b" " * 65_536 for _ in range(64))
    assert (refused.status_code, refused.json()["errors"]) == (413, TOO_LARGE)
    assert refused.headers["Content-Type"] == "application/problem+json"

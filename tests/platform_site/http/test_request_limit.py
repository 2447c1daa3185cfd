"""A web process answers a few requests at once; the others wait for their turn."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from platform_site.http.request_limit import limit_requests

PATHS = ["/api/v1/schedules/", "/admin/"]


def in_a_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    @wraps(test)
    def run(*args: Any, **options: Any) -> None:
        async_to_sync(test)(*args, **options)

    return run


class Application:
    """Answers on request of the test, and counts the requests that it is working on."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.now = self.most = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await self.open.wait()
        self.now -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


async def ask(app: Any, path: str = PATHS[0]) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await app({"type": "http", "path": path}, None, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@in_a_loop
async def test_no_more_than_so_many_are_answered_at_once() -> None:
    app = Application()
    turns = limit_requests(app, maximum=3)
    asked = [asyncio.create_task(ask(turns)) for _ in range(20)]
    await asyncio.sleep(0)
    app.open.set()
    assert {(await each)[0] for each in asked} == {200}
    assert app.most == 3


@pytest.mark.parametrize("path", PATHS)
@in_a_loop
async def test_who_waits_too_long_is_told_to_come_back(path: str) -> None:
    app = Application()
    turns = limit_requests(app, maximum=1, wait_seconds=0.05)
    first = asyncio.create_task(ask(turns))
    await asyncio.sleep(0)
    status, headers, body = await ask(turns, path)
    app.open.set()
    assert (await first)[0] == 200
    assert (await ask(turns))[0] == 200  # the turn was given back
    assert status == 503
    assert int(headers[b"retry-after"]) > 0
    assert int(headers[b"content-length"]) == len(body)
    if path.startswith("/api/"):
        assert headers[b"content-type"] == b"application/problem+json"
        assert json.loads(body)["code"] == "unavailable"
    else:
        assert headers[b"content-type"].startswith(b"text/html")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@in_a_loop
async def test_what_watches_the_site_waits_for_nobody(path: str) -> None:
    app = Application()
    turns = limit_requests(app, maximum=1)
    asked = [asyncio.create_task(ask(turns, each)) for each in (PATHS[0], path)]
    await asyncio.sleep(0)
    assert app.now == 2
    app.open.set()
    await asyncio.gather(*asked)


@in_a_loop
async def test_a_client_that_does_not_read_holds_no_turn() -> None:
    app = Application()
    app.open.set()
    turns = limit_requests(app, maximum=1, wait_seconds=0.05)
    stuck = asyncio.Event()

    async def never(message: Any) -> None:
        await stuck.wait()

    slow = asyncio.create_task(turns({"type": "http", "path": PATHS[0]}, None, never))
    await asyncio.sleep(0)
    assert (await ask(turns))[0] == 200
    stuck.set()
    await slow


@in_a_loop
async def test_a_turn_is_given_back_when_the_application_fails() -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError

    turns = limit_requests(fails, maximum=1, wait_seconds=0.05)
    for _ in range(3):
        with pytest.raises(LookupError):
            await ask(turns)

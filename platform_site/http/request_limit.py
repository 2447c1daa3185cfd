"""Limits how many requests a web process answers at once.

Each one takes a thread and a database connection: a few hundred at once would exhaust those of
PostgreSQL. Further requests wait, which costs nothing, and are answered 503 if they would wait
too long.
"""

from __future__ import annotations

import asyncio

from platform_site.http.asgi_messages import (
    App,
    Message,
    Receive,
    Scope,
    Send,
    send_response,
)
from platform_site.http.errors import refusal_response
from workflows.kit.errors import Unavailable

WAIT_SECONDS = 10.0
# Used by monitoring, which must not mistake a busy site for a dead one.
ALWAYS_ANSWERED = {"/healthz", "/readyz"}


def limit_requests(
    app: App, *, maximum: int, wait_seconds: float = WAIT_SECONDS
) -> App:
    """Wrap `app` so that it answers at most `maximum` requests at once.

    A request counts from when it has arrived completely until its answer is complete, so slow
    clients do not count. One that waits for more than `wait_seconds` is answered 503.
    """
    slots = asyncio.Semaphore(maximum)

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ALWAYS_ANSWERED:
            await app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(wait_seconds):
                await slots.acquire()
        except TimeoutError:
            await send_response(refusal_response(scope["path"], Unavailable()), send)
            return
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        try:
            await app(scope, receive, keep)
        finally:
            slots.release()
        for message in messages:
            await send(message)

    return wrapped

"""How many requests a web process answers at once.

Each one takes a thread and a connection to the database, so that a few hundred at once would
use up those of PostgreSQL. The others wait for their turn, which costs nothing, and are told to
come back if it does not come.
"""

from __future__ import annotations

import asyncio

from platform_site.http.asgi_messages import (
    App,
    Message,
    Receive,
    Scope,
    Send,
    send_answer,
)
from platform_site.http.errors import refused
from workflows.kit.errors import Unavailable

WAIT_SECONDS = 10.0
# Asked by whatever watches the site, which must not take a busy one for a dead one.
ALWAYS_ANSWERED = {"/healthz", "/readyz"}


def limit_requests(app: App, *, most: int, wait_seconds: float = WAIT_SECONDS) -> App:
    """`app`, which answers at most so many requests at once.

    A turn begins when the whole request is there and ends when the whole answer is: no slow
    client holds one.
    """
    turns = asyncio.Semaphore(most)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ALWAYS_ANSWERED:
            await app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(wait_seconds):
                await turns.acquire()
        except TimeoutError:
            await send_answer(refused(scope["path"], Unavailable()), send)
            return
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        try:
            await app(scope, receive, keep)
        finally:
            turns.release()
        for message in messages:
            await send(message)

    return answer

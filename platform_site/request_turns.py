"""How many requests a web process answers at once.

Each one takes a thread and a connection to the database, so that a few hundred at once would
use up those of PostgreSQL. The others wait for their turn, which costs nothing, and are told to
come back if it does not come.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from django.http import HttpResponse

from platform_site.asgi_messages import App, Message, Receive, Scope, Send, send_answer
from platform_site.errors import is_for_programs, page
from platform_site.unavailable import RETRY_AFTER_SECONDS
from workflows.exceptions import Unavailable

WAIT_SECONDS = 10.0
# Asked by whatever watches the site, which must not take a busy one for a dead one.
ALWAYS_ANSWERED = {"/healthz", "/readyz"}
BUSY = "The site is busy: try again in a few seconds."


def in_turn(app: App, *, most: int, wait_seconds: float = WAIT_SECONDS) -> App:
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
            await send_answer(_busy(scope["path"]), send)
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


def _busy(path: str) -> HttpResponse:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    answer: HttpResponse
    if is_for_programs(path):
        answer = page(status, Unavailable.code, BUSY)
    else:
        answer = HttpResponse(BUSY, status=status, content_type="text/plain")
    answer.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return answer

"""Bodies of requests, before Django sees them: of a known length, and bounded.

Django spools what it is sent to disk before any view can refuse it, and REST framework
takes a body of no stated length (`Transfer-Encoding: chunked`) for none at all.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from platform_site.http.asgi_messages import (
    App,
    Message,
    Receive,
    Scope,
    Send,
    send_answer,
)
from platform_site.http.errors import refused
from workflows.kit.errors import TooLarge

Header = tuple[bytes, bytes]
NOT_A_LENGTH = {b"content-length", b"transfer-encoding"}


def bounded(app: App) -> App:
    """`app`, which is asked only once the whole body is there, and nothing with one above
    `DATA_UPLOAD_MAX_MEMORY_SIZE`: that is answered 413, by the length it states or by what
    has come of it."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                scope, receive = await _known(scope, receive)
            except TooLarge as error:
                await send_answer(refused(scope["path"], error), send)
                return
        await app(scope, receive, send)

    return answer


async def _known(scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
    """The request with the length of its body; raises `TooLarge`."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    stated = _stated_length(dict(scope["headers"]))
    if stated is not None and stated > most:
        raise TooLarge(most)
    return await _measured(scope, receive, most=most)


def _stated_length(headers: Mapping[bytes, bytes]) -> int | None:
    if b"transfer-encoding" in headers:  # and then it alone is true
        return None
    length = headers.get(b"content-length", b"")
    return int(length) if length.isdigit() else None


async def _measured(
    scope: Scope, receive: Receive, *, most: int
) -> tuple[Scope, Receive]:
    """All of the body is read, and told again with its length."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return scope, _first(message, receive)  # the client has gone
        body += message.get("body", b"")
        if len(body) > most:
            raise TooLarge(most)
        if not message.get("more_body", False):
            whole = {"type": "http.request", "body": bytes(body), "more_body": False}
            return _of_length(scope, len(body)), _first(whole, receive)


def _of_length(scope: Scope, length: int) -> Scope:
    headers: list[Header] = [
        header for header in scope["headers"] if header[0] not in NOT_A_LENGTH
    ]
    if length:
        headers.append((b"content-length", str(length).encode()))
    return {**scope, "headers": headers}


def _first(message: Message, receive: Receive) -> Receive:
    """`message`, and then what else comes."""
    waiting = [message]

    async def receive_next() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_next

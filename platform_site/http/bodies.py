"""Request bodies are read, measured and limited in size before Django sees them.

Django spools a body to disk before any view can refuse it, and REST framework ignores a body
without a Content-Length (`Transfer-Encoding: chunked`).
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
    send_response,
)
from platform_site.http.errors import refusal_response
from workflows.kit.errors import TooLarge

Header = tuple[bytes, bytes]
NOT_A_LENGTH = {b"content-length", b"transfer-encoding"}


def limit_body(app: App) -> App:
    """Wrap `app`: it is called once the whole body has arrived, with its Content-Length.

    A body above `DATA_UPLOAD_MAX_MEMORY_SIZE` is answered with 413, as soon as its header or
    the bytes received show that it is too large.
    """

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                scope, receive = await _checked(scope, receive)
            except TooLarge as error:
                await send_response(refusal_response(scope["path"], error), send)
                return
        await app(scope, receive, send)

    return wrapped


async def _checked(scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
    """The request, with its body read and measured; raises `TooLarge`."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    stated = _stated_length(dict(scope["headers"]))
    if stated is not None and stated > most:
        raise TooLarge(most)
    return await _read_whole(scope, receive, most=most)


def _stated_length(headers: Mapping[bytes, bytes]) -> int | None:
    if b"transfer-encoding" in headers:  # it overrides any Content-Length
        return None
    length = headers.get(b"content-length", b"")
    return int(length) if length.isdigit() else None


async def _read_whole(
    scope: Scope, receive: Receive, *, most: int
) -> tuple[Scope, Receive]:
    """Read the whole body and replay it, with its length in the headers."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return scope, _replaying(message, receive)  # the client has gone
        body += message.get("body", b"")
        if len(body) > most:
            raise TooLarge(most)
        if not message.get("more_body", False):
            whole = {"type": "http.request", "body": bytes(body), "more_body": False}
            return _of_length(scope, len(body)), _replaying(whole, receive)


def _of_length(scope: Scope, length: int) -> Scope:
    headers: list[Header] = [
        header for header in scope["headers"] if header[0] not in NOT_A_LENGTH
    ]
    if length:
        headers.append((b"content-length", str(length).encode()))
    return {**scope, "headers": headers}


def _replaying(message: Message, receive: Receive) -> Receive:
    """A `receive` that gives `message` first, then what else arrives."""
    waiting = [message]

    async def receive_next() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_next

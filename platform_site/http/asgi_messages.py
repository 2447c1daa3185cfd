"""The messages of ASGI between a web server and an application, and sending a response."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.http import HttpResponse

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


async def send_response(response: HttpResponse, send: Send) -> None:
    """Send a complete response in place of the application."""
    response.headers["Content-Length"] = str(len(response.content))
    headers = [
        (name.lower().encode(), value.encode()) for name, value in response.items()
    ]
    await send(
        {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": headers,
        }
    )
    await send({"type": "http.response.body", "body": response.content})

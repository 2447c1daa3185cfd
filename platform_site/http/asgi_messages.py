"""The messages between a web server and an application (ASGI), and a whole answer in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.http import HttpResponse

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


async def send_answer(answer: HttpResponse, send: Send) -> None:
    """Answer without having asked the application."""
    answer.headers["Content-Length"] = str(len(answer.content))
    headers = [
        (name.lower().encode(), value.encode()) for name, value in answer.items()
    ]
    await send(
        {
            "type": "http.response.start",
            "status": answer.status_code,
            "headers": headers,
        }
    )
    await send({"type": "http.response.body", "body": answer.content})

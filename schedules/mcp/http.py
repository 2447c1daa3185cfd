"""One MCP request over HTTP, answered as JSON: no session, nothing kept in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import anyio
import mcp_types as types
from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from mcp.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from pydantic import ValidationError

from schedules.mcp.errors import error_response
from schedules.mcp.server import server_for
from schedules.tools import tools
from workflows.scopes import InsufficientScope, Scope
from workflows.tools import ToolContext

HOP_BY_HOP = {b"content-length", b"connection", b"transfer-encoding"}


def answer(request: HttpRequest, context: ToolContext) -> HttpResponse:
    """What the SDK answers to a request whose user is known."""
    try:
        message = types.jsonrpc_message_adapter.validate_json(
            request.body, by_name=False
        )
    except ValidationError as error:
        # The SDK would tell how it is made inside, and never of which request.
        told = error_response(error).model_dump_json(by_alias=True, exclude_unset=True)
        return HttpResponse(told, status=400, content_type="application/json")
    if needed := _scope_that_lacks(message, context):
        return _insufficient(message, context, needed)
    exchange = _Exchange(request.body)
    async_to_sync(_serve)(server_for(context), _scope(request), exchange)
    response = HttpResponse(b"".join(exchange.parts), status=exchange.status)
    del response["Content-Type"]
    for name, value in exchange.headers:
        if name.lower() not in HOP_BY_HOP:
            response[name.decode("latin-1")] = value.decode("latin-1")
    return response


def _scope_that_lacks(message: Any, context: ToolContext) -> Scope | None:
    """The scope of the tool that is called, if the token's is not enough for it."""
    if getattr(message, "method", "") != "tools/call":
        return None
    tool = tools.get(str((message.params or {}).get("name")))
    if tool is None or context.scope.allows(tool.scope):
        return None
    return tool.scope


def _insufficient(message: Any, context: ToolContext, needed: Scope) -> HttpResponse:
    """403 and the scope, as MCP's rules on authorization have it."""
    why = InsufficientScope(context.scope, needed).message
    error = types.ErrorData(code=types.INVALID_REQUEST, message=why)
    told = types.JSONRPCError(
        jsonrpc="2.0", id=getattr(message, "id", None), error=error
    ).model_dump_json(by_alias=True, exclude_unset=True)
    response = HttpResponse(told, status=403, content_type="application/json")
    response["WWW-Authenticate"] = (
        f'Bearer error="insufficient_scope", scope="{needed}"'
    )
    return response


@dataclass(slots=True)
class _Exchange:
    """The two ends by which an ASGI application is spoken to, over bytes in memory."""

    body: bytes
    is_read: bool = False
    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)

    async def receive(self) -> dict[str, Any]:
        """The body, once. Whoever then waits for the client to go away waits for ever: an
        empty body again and again would be a loop that nothing interrupts."""
        if self.is_read:
            await anyio.sleep_forever()
        self.is_read = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message["headers"]
        else:
            self.parts.append(message.get("body", b""))


async def _serve(server: Server[Any], scope: Any, exchange: _Exchange) -> None:
    # The host was checked by Django (ALLOWED_HOSTS), the body's size by the view.
    manager = StreamableHTTPSessionManager(server, stateless=True, json_response=True)
    async with manager.run():
        await manager.handle_request(scope, exchange.receive, exchange.send)  # type: ignore[arg-type]


def _scope(request: HttpRequest) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "raw_path": request.path.encode(),
        "root_path": "",
        "query_string": request.META.get("QUERY_STRING", "").encode(),
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in request.headers.items()
        ],
    }

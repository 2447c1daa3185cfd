"""MCP over HTTP: each request is answered as JSON, without a session."""

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
    """The SDK's answer to an authenticated request."""
    try:
        message = types.jsonrpc_message_adapter.validate_json(
            request.body, by_name=False
        )
    except ValidationError as error:
        # The SDK's own answer would reveal its internals.
        return _json_response(error_response(error), status=400)
    if needed := _missing_scope(message, context):
        return _insufficient(message, context, needed)
    exchange = _Exchange(request.body)
    async_to_sync(_serve)(server_for(context), _scope(request), exchange)
    response = HttpResponse(b"".join(exchange.parts), status=exchange.status)
    del response["Content-Type"]
    for name, value in exchange.headers:
        if name.lower() not in HOP_BY_HOP:
            response[name.decode("latin-1")] = value.decode("latin-1")
    return response


def _missing_scope(message: Any, context: ToolContext) -> Scope | None:
    """The scope of the called tool, if the token does not have it."""
    if getattr(message, "method", "") != "tools/call":
        return None
    tool = tools.get(str((message.params or {}).get("name")))
    if tool is None or context.scope.allows(tool.scope):
        return None
    return tool.scope


def _insufficient(message: Any, context: ToolContext, needed: Scope) -> HttpResponse:
    """403 with the required scope, as MCP's authorization specification demands."""
    refusal = InsufficientScope(context.scope, needed).message
    error = types.ErrorData(code=types.INVALID_REQUEST, message=refusal)
    answer = types.JSONRPCError(
        jsonrpc="2.0", id=getattr(message, "id", None), error=error
    )
    response = _json_response(answer, status=403)
    response["WWW-Authenticate"] = (
        f'Bearer error="insufficient_scope", scope="{needed}"'
    )
    return response


def _json_response(answer: types.JSONRPCError, *, status: int) -> HttpResponse:
    body = answer.model_dump_json(by_alias=True, exclude_unset=True)
    return HttpResponse(body, status=status, content_type="application/json")


@dataclass(slots=True)
class _Exchange:
    """The `receive` and `send` of an ASGI application, for a request in memory."""

    body: bytes
    is_read: bool = False
    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)

    async def receive(self) -> dict[str, Any]:
        """The body, once; then wait for ever, as for a client that stays connected. Returning
        an empty body again and again would make the reader loop."""
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
    # Django has checked the host (ALLOWED_HOSTS), the view the size of the body.
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

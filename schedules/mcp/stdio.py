"""MCP over stdin and stdout, for one client."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectSendStream
from asgiref.sync import async_to_sync
from django.db import close_old_connections
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage

from schedules.mcp.errors import error_response
from schedules.mcp.server import server_for
from workflows.kit.errors import DomainError
from workflows.kit.refusals import refusals
from workflows.kit.users import users
from workflows.tools import Tool, ToolContext, ToolResult, call_tool, refused

Line = SessionMessage | Exception  # the error of a line that the SDK cannot parse
Answer = Callable[[SessionMessage], Awaitable[None]]


def serve(context: ToolContext) -> None:
    """Serve until the client closes stdin. Only the protocol is written to stdout."""
    async_to_sync(_serve)(context)


async def _serve(context: ToolContext) -> None:
    server = server_for(context, _call)
    send, receive = anyio.create_memory_object_stream[Line]()
    async with stdio_server() as (read, write), anyio.create_task_group() as tasks:
        tasks.start_soon(_pass_on, read, send, write.send)
        await server.run(receive, write, server.create_initialization_options())


async def _pass_on(
    read: AsyncIterable[Line], send: MemoryObjectSendStream[Line], answer: Answer
) -> None:
    """Forward messages. Answer invalid lines, which the SDK would leave unanswered."""
    async with send:
        async for item in read:
            if isinstance(item, Exception):
                await answer(SessionMessage(error_response(item)))
            else:
                await send.send(item)


def _call(tool: Tool, arguments: Any, context: ToolContext) -> ToolResult:
    # Calls may be hours apart: a database connection that died meanwhile must not be reused.
    close_old_connections()
    try:
        # The user may have been deactivated or deleted since the last call.
        with refusals():
            user = users().filter(pk=context.user.pk).first()
        context.user.is_active = user is not None and user.is_active
        return call_tool(tool, arguments, context)
    except DomainError as refusal:
        return refused(refusal)
    finally:
        close_old_connections()

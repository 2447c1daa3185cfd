"""MCP over stdin and stdout: one client, until it closes its end."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.db import close_old_connections
from mcp.server.stdio import stdio_server

from schedules.mcp.server import server_for
from workflows.tools import Tool, ToolContext, ToolResult, call_tool


def serve(context: ToolContext) -> None:
    """Serve until the client is gone. Nothing but the protocol goes to stdout."""
    async_to_sync(_serve)(context)


async def _serve(context: ToolContext) -> None:
    server = server_for(context, _call)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def _call(tool: Tool, arguments: Any, context: ToolContext) -> ToolResult:
    # For hours nobody may ask: a connection that died meanwhile must not be used again.
    close_old_connections()
    try:
        # The user may have been changed, or be gone, since the last call.
        active = User.objects.filter(pk=context.user.pk, is_active=True)
        context.user.is_active = active.exists()
        return call_tool(tool, arguments, context)
    finally:
        close_old_connections()

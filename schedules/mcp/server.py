"""The MCP server of one user. It offers the schedule tools."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import mcp_types as types
from asgiref.sync import sync_to_async
from mcp.server import Server, ServerRequestContext
from mcp.shared.exceptions import MCPError

from schedules.tools import tools
from workflows.tools import Tool, ToolContext, ToolResult, call_tool

VERSION = "1"  # of the tools and of the API
INSTRUCTIONS = (
    "Schedules of one user: workflows that run later, once or repeatedly. Call "
    "schedule_list before you create a schedule, try it with dry_run, and report the "
    "sentence and the next ticks to the user. A refusal names the rule and what is accepted."
)
CallTool = Callable[[Tool, Any, ToolContext], ToolResult]
RequestContext = ServerRequestContext[Any]


def server_for(context: ToolContext, call: CallTool = call_tool) -> Server[Any]:
    """A server whose calls act for the user of `context`."""

    async def list_tools(
        request: RequestContext, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        usable = [tool for tool in tools.values() if context.scope.allows(tool.scope)]
        return types.ListToolsResult(tools=[_declared(tool) for tool in usable])

    async def run_tool(
        request: RequestContext, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = tools.get(params.name)
        if tool is None:
            message = f"There is no tool {params.name[:64]!r}."
            raise MCPError(types.INVALID_PARAMS, message)
        # The database is used in the thread that serves this request.
        result = await sync_to_async(call)(tool, params.arguments or {}, context)
        return _answer(result)

    return Server(
        "ostinato",
        version=VERSION,
        title="Ostinato",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=run_tool,
    )


def _declared(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=dict(tool.input_schema),
        output_schema=dict(tool.output_schema),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=tool.hints.read_only,
            destructive_hint=tool.hints.destructive,
            idempotent_hint=tool.hints.idempotent,
            open_world_hint=tool.hints.open_world,
        ),
    )


def _answer(result: ToolResult) -> types.CallToolResult:
    """The result as structured content and as text, since older clients show text only.

    A refusal is text only: clients validate structured content against the output schema,
    even of an error, and would report a broken server to the model instead of the rule.
    """
    text = json.dumps(result.content, ensure_ascii=False)
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)],
        structured_content=None if result.is_error else result.content,
        is_error=result.is_error,
    )

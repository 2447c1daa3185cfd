"""An MCP server for one user: the schedule tools, and nothing else."""

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

VERSION = "1"  # of the tools, as of the API
INSTRUCTIONS = (
    "Schedules of one user: workflows that run later, or again and again. Look with "
    "schedule_list before you create, try with dry_run, and tell the user the sentence "
    "and the next ticks. A refusal says which rule it was and what would be accepted."
)
CallTool = Callable[[Tool, Any, ToolContext], ToolResult]
Asked = ServerRequestContext[Any]


def server_for(context: ToolContext, call: CallTool = call_tool) -> Server[Any]:
    """A server whose every call acts for the user of `context`."""

    async def list_tools(
        asked: Asked, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        usable = [tool for tool in tools.values() if context.scope.allows(tool.scope)]
        return types.ListToolsResult(tools=[_declared(tool) for tool in usable])

    async def run_tool(
        asked: Asked, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = tools.get(params.name)
        if tool is None:
            message = f"There is no tool {params.name[:64]!r}."
            raise MCPError(types.INVALID_PARAMS, message)
        # The database is spoken to in the thread that serves this request.
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
    """The same twice, since older clients show a model the text only.

    But a refusal is text alone: clients hold structured content to the output schema, also
    of an error, and would tell their model of a broken server instead of the rule.
    """
    text = json.dumps(result.content, ensure_ascii=False)
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)],
        structured_content=None if result.is_error else result.content,
        is_error=result.is_error,
    )

"""The schedule tools over MCP, for agents outside. It needs the extra `mcp`.

The SDK takes a second to import, so only who speaks MCP imports `schedules.mcp.server`, by
`load`.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


class McpMissing(Exception):
    def __init__(self) -> None:
        super().__init__(
            'MCP needs the extra "mcp": python -m pip install "mcp>=2.3,<3".'
        )


def load(name: str) -> ModuleType:
    """The module `schedules.mcp.<name>`. Raises `McpMissing`."""
    try:
        import_module("mcp")
    except ModuleNotFoundError as error:
        raise McpMissing from error
    return import_module(f"schedules.mcp.{name}")

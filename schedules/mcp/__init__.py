"""The schedule tools over MCP, for external agents. Requires the extra `mcp`.

Importing the SDK takes a second, so the other modules here are imported on demand, by
`load`.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


class McpMissing(Exception):
    """The MCP SDK is not installed."""

    def __init__(self) -> None:
        super().__init__(
            'MCP requires the extra "mcp". Run: python -m pip install "mcp>=2.3,<3".'
        )


def load(name: str) -> ModuleType:
    """The module `schedules.mcp.<name>`. Raises `McpMissing`."""
    try:
        import_module("mcp")
    except ModuleNotFoundError as error:
        raise McpMissing from error
    return import_module(f"schedules.mcp.{name}")

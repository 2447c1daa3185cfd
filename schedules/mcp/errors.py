"""JSON-RPC errors for input that is not a valid message."""

from __future__ import annotations

import mcp_types as types
from pydantic import ValidationError

NO_JSON = types.ErrorData(
    code=types.PARSE_ERROR, message="Parse error: the input is not valid JSON."
)
NO_MESSAGE = types.ErrorData(
    code=types.INVALID_REQUEST,
    message="Invalid request: the input is not a valid JSON-RPC message.",
)


def error_response(error: Exception) -> types.JSONRPCError:
    """The answer to input that the SDK cannot parse. It has no id."""
    problems = error.errors() if isinstance(error, ValidationError) else []
    is_json = all(problem["type"] != "json_invalid" for problem in problems)
    return types.JSONRPCError(
        jsonrpc="2.0", id=None, error=NO_MESSAGE if is_json else NO_JSON
    )

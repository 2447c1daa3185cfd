"""What a client is told of a line, or of a body, that is no message."""

from __future__ import annotations

import mcp_types as types
from pydantic import ValidationError

NO_JSON = types.ErrorData(
    code=types.PARSE_ERROR, message="Parse error: what was sent is no JSON."
)
NO_MESSAGE = types.ErrorData(
    code=types.INVALID_REQUEST, message="Invalid request: what was sent is no message."
)


def error_response(error: Exception) -> types.JSONRPCError:
    """The answer to what the SDK could not read, and so under no id."""
    problems = error.errors() if isinstance(error, ValidationError) else []
    is_json = all(problem["type"] != "json_invalid" for problem in problems)
    return types.JSONRPCError(
        jsonrpc="2.0", id=None, error=NO_MESSAGE if is_json else NO_JSON
    )

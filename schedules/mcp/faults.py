"""What a client is told of a line, or of a body, that is no message."""

from __future__ import annotations

import json

import mcp_types as types
from pydantic import ValidationError

NO_JSON = types.ErrorData(
    code=types.PARSE_ERROR, message="Parse error: what was sent is no JSON."
)
NO_MESSAGE = types.ErrorData(
    code=types.INVALID_REQUEST, message="Invalid request: what was sent is no message."
)
# Python reads such JSON, and the SDK does not.
UNREADABLE = types.ErrorData(
    code=types.INVALID_PARAMS,
    message="Invalid params: they hold half a surrogate pair, or are nested too deeply.",
)


def fault_of(error: Exception) -> types.JSONRPCError:
    """The answer to what the SDK could not read, under its id if it has one to be found: a
    client waits for that one, and would take no other for its own."""
    for each in error.errors() if isinstance(error, ValidationError) else ():
        if each["type"] == "json_invalid":
            return _unreadable(each["input"])
    return types.JSONRPCError(jsonrpc="2.0", id=None, error=NO_MESSAGE)


def _unreadable(text: str | bytes) -> types.JSONRPCError:
    try:
        sent = json.loads(text)
        if isinstance(sent, dict) and "method" in sent:
            answer = types.JSONRPCError(jsonrpc="2.0", id=sent["id"], error=UNREADABLE)
            answer.model_dump_json()  # an id that is half a pair cannot be sent back
            return answer
    except (ValueError, RecursionError, KeyError):
        pass  # no JSON at all, or no id that an answer could bear
    return types.JSONRPCError(jsonrpc="2.0", id=None, error=NO_JSON)

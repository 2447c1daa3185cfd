"""Errors as they are recorded in executions."""

from __future__ import annotations

from workflows.exceptions import InvalidGraph, NodeFailed, TimedOut, exit_status
from workflows.safety.redaction import redact

MAX_ERROR = 2000


def message_of(error: BaseException) -> str:
    """The text of an error for the record: without a traceback, with secrets redacted."""
    if isinstance(error, NodeFailed | TimedOut | InvalidGraph):
        text: str = redact(str(error))
        return text[:MAX_ERROR]
    if isinstance(error, SystemExit):
        return f"The node exited the process with exit status {exit_status(error)}."
    return f"Unexpected error: {type(error).__name__}. The site's log has the details."

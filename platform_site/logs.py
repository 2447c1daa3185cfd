"""Structured logs: one line of key=value pairs on stderr for every event."""

from __future__ import annotations

import logging
import re
from typing import Any

import structlog

from workflows.kit.tracebacks import where

# The token of a webhook is part of its address, and addresses are logged by many. Whatever
# stands behind a `?`, or where the id of a token belongs, may be a token by mistake; so may
# every long part of a path but the id of a thing, as addresses are mistyped.
IN_PATH = re.compile(r"""(/(?:hooks|tokens)/+)[^/?\s"']+""", re.IGNORECASE)
UUID = r"[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}"
LONG_PART = re.compile(rf"""/(?!{UUID}(?![\w%-]))[^/?\s"'\\]{{32,}}""", re.IGNORECASE)
# Not what stands before it: looking for that takes the square of a path of many slashes.
IN_QUERY = re.compile(r"""(\?)[^\s"']+""")


def logging_config(level: str) -> dict[str, Any]:
    """The `LOGGING` setting; also points structlog at the standard library's handlers."""
    _leave_out_what_no_line_shows()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    _point_structlog_at_logging(shared)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [
                    *shared,
                    structlog.processors.ExceptionRenderer(_where),
                ],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.LogfmtRenderer(
                        key_order=["timestamp", "level", "logger", "event"],
                        bool_as_flag=False,
                    ),
                    _without_tokens,
                ],
            },
        },
        "handlers": {
            "stderr": {
                "class": "platform_site.log_repeats.BoundedHandler",
                "formatter": "line",
            },
        },
        # The handlers of Django and uvicorn would write requests past the formatter above.
        "loggers": {
            name: {"handlers": [], "propagate": True}
            for name in ("django", "uvicorn", "uvicorn.access")
        }
        # Its lines hold what was typed as a name; ours (`accounts.logins`) do not.
        | {"axes": {"level": "ERROR"}},
        # A root handler always: a library that finds none would install its own.
        "root": {"handlers": ["stderr"], "level": level},
    }


def _point_structlog_at_logging(shared: list[Any]) -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _where(exc_info: Any) -> str:
    """For what libraries log of the exceptions of views: a text can hold what was sent."""
    _, error, _ = exc_info
    return where(error)


def _without_tokens(logger: Any, method: str, line: str) -> str:
    line = LONG_PART.sub("/***", IN_PATH.sub(r"\1***", line))
    return IN_QUERY.sub(r"\1***", line)


def _leave_out_what_no_line_shows() -> None:
    """The caller's file, thread and process of each record: a quarter of a line's cost.

    As the standard library's logging HOWTO advises under "Optimization".
    """
    logging._srcfile = None
    logging.logThreads = False
    logging.logProcesses = False
    logging.logMultiprocessing = False

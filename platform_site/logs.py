"""Structured logging: one line of key=value pairs on stderr per event."""

from __future__ import annotations

import logging
import re
from typing import Any

import structlog

from platform_site.log_batches import LineLogger, stamp
from workflows.kit.tracebacks import where

# The token of a webhook is part of its URL, and many libraries log URLs. A query string, or the
# place of a token's id, may contain a token by mistake. So may any long part of a mistyped path
# that is not a UUID.
IN_PATH = re.compile(r"""(/(?:hooks|tokens)/+)[^/?\s"']+""", re.IGNORECASE)
UUID = r"[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}"
LONG_PART = re.compile(rf"""/(?!{UUID}(?![\w%-]))[^/?\s"'\\]{{32,}}""", re.IGNORECASE)
# Without the path before it: matching that takes quadratic time on a path of many slashes.
IN_QUERY = re.compile(r"""(\?)[^\s"']+""")


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    stamp,
]


def logging_config(level: str) -> dict[str, Any]:
    """The `LOGGING` setting. Also configures structlog to use the standard library's handlers."""
    _skip_unused_record_fields()
    _configure_structlog()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": _line_formatter()},
        "handlers": {
            "stderr": {
                "class": "platform_site.log_repeats.BoundedHandler",
                "formatter": "line",
            },
        },
        # The handlers of Django and uvicorn would bypass the formatter above.
        "loggers": {
            name: {"handlers": [], "propagate": True}
            for name in ("django", "uvicorn", "uvicorn.access")
        }
        # Its lines contain what was typed as the user name; ours (`own_admin.logins`) do not.
        | {"axes": {"level": "ERROR"}},
        # There is always a root handler: a library that finds none would install its own.
        "root": {"handlers": ["stderr"], "level": level},
    }


def _line_formatter() -> dict[str, Any]:
    """Renders the events of structlog and the records of libraries alike."""
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [
            *SHARED_PROCESSORS,
            structlog.processors.ExceptionRenderer(_origin_of),
        ],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "logger", "event"],
                bool_as_flag=False,
            ),
            _redact_tokens,
        ],
    }


def _configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=LineLogger,
        cache_logger_on_first_use=True,
    )


def _origin_of(exc_info: Any) -> str:
    """For exceptions that libraries log: their place only, as their text may contain input."""
    _, error, _ = exc_info
    return where(error)


def _redact_tokens(logger: Any, method: str, line: str) -> str:
    if "/" not in line and "?" not in line:
        return line
    line = LONG_PART.sub("/***", IN_PATH.sub(r"\1***", line))
    return IN_QUERY.sub(r"\1***", line)


def _skip_unused_record_fields() -> None:
    """Do not collect file, thread and process of each record: they are not logged, and make a
    quarter of the cost of a line. See "Optimization" in the logging HOWTO of Python.
    """
    logging._srcfile = None
    logging.logThreads = False
    logging.logProcesses = False
    logging.logMultiprocessing = False

"""Loggers of our code, which fit into the logging of any project.

A project that has configured structlog gets our events as its own. In any other they are
records of the standard library, whose `LOGGING` decides about them: structlog's own default
would write to stdout, where the answers of commands are.
"""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from functools import cache
from typing import Any, cast

import structlog
from structlog.stdlib import BoundLogger

_fields = structlog.processors.LogfmtRenderer(bool_as_flag=False)


def get_logger(name: str) -> BoundLogger:
    """The logger of a module."""
    return cast("BoundLogger", _Logger(name))


class _Logger:
    """Asks at each use, as a project may configure structlog after our modules are imported."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        return getattr(self._logger(), method)

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - as in the standard library
        """Whether events of this level may be written. Only the loggers of the standard
        library can say so."""
        logger = self._logger().bind()
        if isinstance(logger, BoundLogger):
            return bool(logger.isEnabledFor(level))
        return True

    def _logger(self) -> Any:
        if structlog.is_configured():
            return _structured(self._name)
        return _plain(self._name)


@cache
def _structured(name: str) -> Any:
    return structlog.get_logger(name)


@cache
def _plain(name: str) -> Any:
    return structlog.wrap_logger(
        logging.getLogger(name),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            _as_record,
        ],
        wrapper_class=BoundLogger,
        context_class=dict,
    )


def _as_record(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> tuple[tuple[str], dict[str, Any]]:
    """`tick_fired schedule=… run=…`, with the exception for handlers that show it."""
    exc_info = event.pop("exc_info", None)
    message = f"{event.pop('event')} {_fields(logger, method, event)}".rstrip()
    return (message,), {"exc_info": exc_info}

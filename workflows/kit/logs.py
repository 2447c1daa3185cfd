"""Loggers of our code, which fit into the logging of any project.

A project that has configured structlog gets our events as its own. In any other they are
records of the standard library, whose `LOGGING` decides about them: structlog's own default
would write to stdout, where the answers of commands are.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, MutableMapping, Sequence
from functools import cache
from typing import Any, cast

import structlog
from structlog.contextvars import get_contextvars
from structlog.stdlib import BoundLogger

_fields = structlog.processors.LogfmtRenderer(bool_as_flag=False)
# The name of an event, and its fields.
Event = tuple[str, Mapping[str, str]]


def get_logger(name: str) -> BoundLogger:
    """The logger of a module."""
    return cast("BoundLogger", _Logger(name))


class LogBatch:
    """Events of level INFO that are written together, for a part of the cost of each.

    Every handler of a project gets a record of each.
    """

    def __init__(self, name: str) -> None:
        self._logger = _Logger(name)
        self._events: list[Event] = []

    def info(self, event: str, **fields: str) -> None:
        """Note an event."""
        self._events.append((event, fields))

    def info_now(self, event: str, **fields: str) -> None:
        """Write an event at once."""
        self._logger.info_each([(event, fields)])

    def write(self) -> None:
        """Write what has been noted."""
        self._logger.info_each(self._events)
        self._events = []

    def is_written(self) -> bool:
        """Whether its events are written at all, by the level of the logger."""
        return self._logger.isEnabledFor(logging.INFO)


def logfmt(fields: Mapping[str, str]) -> str:
    """`schedule=… run=…`: what structlog's renderer writes. Most values need no quotes, which
    is seen for all of them at once."""
    line = " ".join([f"{name}={value}" for name, value in fields.items()])
    count = len(fields)
    needs_care = line.count("=") != count or line.count(" ") != count - 1
    if needs_care or '"' in line or "\n" in line:
        return _fields(None, "info", dict(fields))
    return line


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

    def info_each(self, events: Sequence[Event]) -> None:
        """Write each of them as `info` would."""
        logger = self._logger().bind()
        # Asked of the class: some loggers answer to every name.
        writes_many = getattr(type(logger), "info_each", None)
        if writes_many and not get_contextvars():
            writes_many(logger, events)
        else:
            for event, fields in events:
                logger.info(event, **fields)

    def _logger(self) -> Any:
        if structlog.is_configured():
            return _structured(self._name)
        return _plain(self._name)


@cache
def _structured(name: str) -> Any:
    return structlog.get_logger(name)


class _PlainLogger(BoundLogger):
    """Writes many events without structlog's steps: as `_as_record`."""

    def info_each(self, events: Sequence[Event]) -> None:
        if self._logger.isEnabledFor(logging.INFO):
            for event, fields in events:
                self._logger.info(f"{event} {logfmt(fields)}".rstrip())


@cache
def _plain(name: str) -> Any:
    return structlog.wrap_logger(
        logging.getLogger(name),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            _as_record,
        ],
        wrapper_class=_PlainLogger,
        context_class=dict,
    )


def _as_record(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> tuple[tuple[str], dict[str, Any]]:
    """`tick_fired schedule=… run=…`, with the exception for handlers that show it."""
    exc_info = event.pop("exc_info", None)
    message = f"{event.pop('event')} {_fields(logger, method, event)}".rstrip()
    return (message,), {"exc_info": exc_info}

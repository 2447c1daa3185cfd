"""Many lines at once: where nothing but our own handler would get the records, none are made."""

from __future__ import annotations

import logging
import select
from collections.abc import Iterable, Iterator, Sequence

from structlog.processors import TimeStamper
from structlog.stdlib import BoundLogger, ProcessorFormatter

from platform_site.log_repeats import BoundedHandler
from workflows.kit.logs import Event, logfmt

stamp = TimeStamper(fmt="iso", utc=True)


class LineLogger(BoundLogger):
    """As structlog's, and it writes many events in a tenth of the time."""

    def info_each(self, events: Sequence[Event]) -> None:
        """Write each of them as `info` would; their timestamp is the same."""
        logger = self._logger
        if not logger.isEnabledFor(logging.INFO):
            return
        handler = _only_handler(logger)
        lines = None
        if handler is not None and not self._context:
            lines = _lines(logger.name, events)
        if handler is None or lines is None:
            for event, fields in events:
                self.info(event, **fields)
            return
        handler.write_lines(logger.name, _at_once(lines))


def _only_handler(logger: logging.Logger) -> BoundedHandler | None:
    """Our handler, if it alone gets the events of `logger`, and all of them."""
    handlers: list[logging.Handler] = []
    at: logging.Logger | None = logger
    while at is not None:
        handlers += at.handlers
        at = at.parent if at.propagate else None
    handler = handlers[0] if len(handlers) == 1 else None
    if not isinstance(handler, BoundedHandler):
        return None
    gets_all = handler.level <= logging.INFO and not logger.filters + handler.filters
    is_ours = isinstance(handler.formatter, ProcessorFormatter)
    return handler if gets_all and is_ours else None


def _lines(name: str, events: Iterable[Event]) -> list[str] | None:
    """The lines as the formatter would write them; None if it would change one: only what
    has a path or a query can hold a token."""
    at = stamp(None, "info", {})["timestamp"]
    head = f"timestamp={at} level=info logger={name}"
    lines = [f"{head} event={event} {logfmt(fields)}\n" for event, fields in events]
    return None if any("/" in line or "?" in line for line in lines) else lines


def _at_once(lines: Iterable[str]) -> Iterator[str]:
    """As many lines together as are never torn apart by those of another process: our
    processes may write to the same pipe."""
    text, size = "", 0
    for line in lines:
        length = len(line.encode())
        if text and size + length > select.PIPE_BUF:
            yield text
            text, size = "", 0
        text, size = text + line, size + length
    if text:
        yield text

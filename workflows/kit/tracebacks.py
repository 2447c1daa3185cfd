"""Tracebacks without the messages of exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from traceback import format_tb


def where(error: BaseException) -> str:
    """The tracebacks of `error` and its causes: types and source lines, but no messages. A
    message may contain a secret of a node."""
    return "\ncaused by:\n".join(_each(error))


def _each(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield "".join(format_tb(error.__traceback__)) + type(error).__qualname__
        error = error.__cause__ or error.__context__

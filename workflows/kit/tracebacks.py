"""Where an exception came from, without what it says."""

from __future__ import annotations

from collections.abc import Iterator
from traceback import format_tb


def where(error: BaseException) -> str:
    """The traceback of `error` and of its causes: types and lines of source, no texts. A
    text is made of values, and of one node's values some are secret."""
    return "\nwhich came of:\n".join(_each(error))


def _each(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield "".join(format_tb(error.__traceback__)) + type(error).__qualname__
        error = error.__cause__ or error.__context__

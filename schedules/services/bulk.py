"""One verb on many schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar
from uuid import UUID

from schedules.limits import MOST_AT_ONCE
from workflows.kit.bulk import Outcome, one_by_one
from workflows.kit.errors import InvalidInput

Result = TypeVar("Result")


def for_each(
    ids: Iterable[UUID], verb: Callable[[UUID], Result]
) -> Iterator[Outcome[UUID, Result]]:
    """Call `verb` with each id once, in order, and yield each outcome at once.

    Each call is a transaction of its own. On SQLite the write lock is free in between.
    Raises `InvalidInput` for more than `MOST_AT_ONCE` ids.
    """
    chosen = list(dict.fromkeys(ids))
    if len(chosen) > MOST_AT_ONCE:
        why = f"At most {MOST_AT_ONCE} schedules at once: nothing was done."
        raise InvalidInput(why)
    return one_by_one(chosen, verb)

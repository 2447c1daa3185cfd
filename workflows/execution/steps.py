"""Steps of the sweep: a step that fails must not prevent the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from redis.exceptions import RedisError

from workflows.kit.database_retry import DATABASE_AWAY
from workflows.kit.logs import get_logger

log = get_logger(__name__)
T = TypeVar("T")
# A time further ahead than this was written by a clock that was ahead.
MAX_CLOCK_SKEW = timedelta(seconds=60)


def fix_each(items: Iterable[T], fix: Callable[[T], int]) -> int:
    """Call `fix` for each item. Returns how much was fixed in total."""
    return sum(fix_one(item, fix) for item in items)


def fix_one(item: T, fix: Callable[[T], int | None]) -> int:
    """Call `fix` for one item. Returns how much was fixed.

    An error is logged, and the item left for the next sweep. Raises the errors of a database
    or a Redis that is away.
    """
    try:
        return fix(item) or 0
    except (*DATABASE_AWAY, RedisError):
        raise
    except Exception:
        # Logged every time, since it is still broken.
        step = getattr(fix, "__qualname__", "")
        log.exception("not_fixed", step=step, item=str(item))
        return 0

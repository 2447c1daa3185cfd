"""Steps of the sweep: what one of them cannot do must not keep the others from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

import structlog
from redis.exceptions import RedisError

from workflows.kit.database_retry import DATABASE_AWAY

log = structlog.get_logger(__name__)
T = TypeVar("T")
# Further ahead than any two clocks may differ: only a clock that was ahead wrote it.
MAX_CLOCK_SKEW = timedelta(seconds=60)


def fix_each(items: Iterable[T], mend: Callable[[T], int]) -> int:
    """How much was mended of `items`."""
    return sum(fix_one(item, mend) for item in items)


def fix_one(item: T, mend: Callable[[T], int | None]) -> int:
    """How much was mended; what cannot be is logged, and left for later."""
    try:
        return mend(item) or 0
    except (*DATABASE_AWAY, RedisError):
        raise
    except Exception:
        # Logged each time: what could not be mended is still broken.
        step = getattr(mend, "__qualname__", "")
        log.exception("not_fixed", step=step, item=str(item))
        return 0

"""The texts of ids and times that are written several times.

A tick's run and schedule are named in the ledger, in the job and in the log line: making their
texts anew each time took a tenth of the time of a tick.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

# As many as a batch has, and some of the last.
_KEPT = 4_096


@lru_cache(maxsize=_KEPT)
def id_text(id: UUID) -> str:
    """`str(id)`."""
    return str(id)


@lru_cache(maxsize=_KEPT)
def time_text(time: datetime) -> str:
    """In UTC, as `isoformat` writes it."""
    return time.astimezone(UTC).isoformat()

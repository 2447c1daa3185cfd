"""Reads and writes of work under way outlive the database being away."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import (
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
)

from workflows.kit.outages import OutageLog

# The database as a whole cannot serve: it is away, read-only (a fail-over), or its tables
# are not those of this code (a roll-out). No row and no run is to blame for it.
DATABASE_AWAY = (OperationalError, InterfaceError, InternalError, ProgrammingError)
PAUSE_SECONDS = 0.5
T = TypeVar("T")
outages = OutageLog(structlog.get_logger(__name__))


def retry_while_away(step: Callable[[], T]) -> T:
    """The result of `step`, tried again for as long as the database is away.

    For work that something else ends: its deadline, or its process with its lease. Not
    inside a transaction, which would be gone; what `step` does twice must do no harm.
    """
    while True:
        try:
            return step()
        except DATABASE_AWAY as error:
            outages.warning("database_away", error=str(error), retry_in=PAUSE_SECONDS)
            connection.close()
            time.sleep(PAUSE_SECONDS)

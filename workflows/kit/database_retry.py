"""Retries reads and writes of work in progress while the database is away."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import (
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
)

from workflows.kit.logs import get_logger
from workflows.kit.outages import OutageLog

# The database as a whole cannot serve: it is away, read-only (during a failover), or its
# tables do not match this code (during a rollout). No row and no run causes these errors.
# Wider than `service_errors.is_database_away`, by which a caller is answered: a query of ours
# that is wrong must be an error there, while work under way waits for the rollout to finish.
DATABASE_AWAY = (OperationalError, InterfaceError, InternalError, ProgrammingError)
PAUSE_SECONDS = 0.5
T = TypeVar("T")
outages = OutageLog(get_logger(__name__))


def retry_while_away(step: Callable[[], T]) -> T:
    """The result of `step`, which is repeated for as long as the database is away.

    It never gives up: the work must have a deadline, or a lease with which its process ends.
    Inside a transaction, which is lost, it raises the error. `step` must be idempotent.
    """
    while True:
        try:
            return step()
        except DATABASE_AWAY as error:
            if connection.in_atomic_block:
                raise
            outages.warning("database_away", error=str(error), retry_in=PAUSE_SECONDS)
            connection.close()
            time.sleep(PAUSE_SECONDS)

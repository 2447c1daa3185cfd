"""Reads and writes of work under way outlive the database being away."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection

PAUSE_SECONDS = 0.5
T = TypeVar("T")
log = structlog.get_logger(__name__)


def patiently(step: Callable[[], T]) -> T:
    """The result of `step`, tried again for as long as the database is away.

    For work that something else ends: its deadline, or its process with its lease. Not
    inside a transaction, which would be gone; what `step` does twice must do no harm.
    """
    while True:
        try:
            return step()
        except (OperationalError, InterfaceError) as error:
            log.warning("database away", error=str(error), retry_in=PAUSE_SECONDS)
            connection.close()
            time.sleep(PAUSE_SECONDS)

"""While a process runs an execution on its own it holds a lease: who dies lets it run out.

An execution of a schedule's run is held by the lease of that run instead.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import connection

from workflows.models import WorkflowExecution
from workflows.patience import DATABASE_AWAY
from workflows.switch import set_switch, take_switch_away

LEASE = timedelta(seconds=10)
RENEW_EVERY_SECONDS = 3.0
# We let go a little before the others may take the work for lost.
HOLD_SECONDS = LEASE.total_seconds() - 0.5
log = structlog.get_logger(__name__)


@contextmanager
def held(
    execution_id: UUID, *, clock: Callable[[], datetime], seconds: float = math.inf
) -> Iterator[None]:
    """Renew the lease of a claimed execution in a thread, until the body is over.

    The process ends if that is not so after `seconds`, or if it cannot renew the lease: by
    then others may have recorded its work as lost, and nobody must work on unseen.
    """
    over = threading.Event()
    kill_at = time.monotonic() + seconds
    set_switch(min(kill_at, time.monotonic() + HOLD_SECONDS))
    thread = threading.Thread(
        target=_renew,
        args=(execution_id, clock, over, kill_at),
        daemon=True,
        name="lease",
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        take_switch_away()


def _renew(
    execution_id: UUID,
    clock: Callable[[], datetime],
    over: threading.Event,
    kill_at: float,
) -> None:
    try:
        while not over.wait(RENEW_EVERY_SECONDS):
            began = time.monotonic()
            if _renewed(execution_id, now=clock()):
                set_switch(min(kill_at, began + HOLD_SECONDS))
    finally:
        connection.close()  # this thread's own


def _renewed(execution_id: UUID, *, now: datetime) -> bool:
    try:
        running = WorkflowExecution.objects.filter(
            pk=execution_id, status=WorkflowExecution.Status.RUNNING
        )
        return bool(running.update(lease_until=now + LEASE))
    except DATABASE_AWAY as error:
        log.warning("lease_not_renewed", execution=str(execution_id), error=str(error))
        connection.close()
        return False

"""While a process runs an execution on its own it holds a lease: who dies lets it run out.

An execution of a schedule's run is held by the lease of that run instead.
"""

from __future__ import annotations

import os
import signal
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

LEASE = timedelta(seconds=10)
RENEW_EVERY_SECONDS = 3.0
log = structlog.get_logger(__name__)


@contextmanager
def held(execution_id: UUID, *, clock: Callable[[], datetime]) -> Iterator[None]:
    """Renew the lease of a claimed execution in a thread, until the body is over.

    A process that cannot for as long as a lease ends itself: by then others may have
    recorded its work as lost, and nobody must work on unseen.
    """
    over = threading.Event()
    thread = threading.Thread(
        target=_renew, args=(execution_id, clock, over), daemon=True, name="lease"
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _renew(
    execution_id: UUID, clock: Callable[[], datetime], over: threading.Event
) -> None:
    held_at = time.monotonic()
    try:
        while not over.wait(RENEW_EVERY_SECONDS):
            if _renewed(execution_id, now=clock()):
                held_at = time.monotonic()
            elif time.monotonic() - held_at > LEASE.total_seconds():
                log.error("lease_lost", execution=str(execution_id))
                os.kill(os.getpid(), signal.SIGKILL)
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

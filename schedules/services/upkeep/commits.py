"""Which commits wait for the disk: a worker's and the web's do, a scheduler's need not.

What a scheduler commits has no effect outside until a worker claims a run, and the claim's
own commit does wait: it brings everything committed before it to the disk, in the same log.
So a power cut takes either nothing, or ticks of which nothing has started: these are due
again, and a job left in Redis finds no run to claim. Waiting in the scheduler too would
only make each tick later by what the disk takes, which is milliseconds when it is busy.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_STATEMENTS = {
    # Whoever finds 1,000 pages in the log moves them to the database's file, and waits for
    # the disk: rather a worker. If no other process writes, the scheduler does it at last.
    "sqlite": ("PRAGMA synchronous=NORMAL", "PRAGMA wal_autocheckpoint=10000"),
    "postgresql": ("SET synchronous_commit=off",),
}


def relax_durability() -> None:
    """From here on, no commit of this process waits for the disk. For schedulers only."""
    connection_created.connect(_do_not_wait)
    if connection.connection is not None:
        _do_not_wait(connection)


def _do_not_wait(connection: BaseDatabaseWrapper, **_: Any) -> None:
    with connection.cursor() as cursor:
        for statement in _STATEMENTS[connection.vendor]:
            cursor.execute(statement)

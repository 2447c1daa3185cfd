"""Which commits wait for the disk: those of workers and of the web do, a scheduler's do not.

The commits of a scheduler have no effect outside until a worker claims a run. The commit of
the claim does wait, and brings all earlier commits of the same log to the disk. So a power
cut can only lose ticks whose runs have not started: these are due again, and a job left in
Redis finds no run to claim. Waiting in the scheduler, too, would delay each tick by the
time of a disk write, which is milliseconds on a busy disk.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_STATEMENTS = {
    # By default, a process that finds 1,000 pages in the log copies them to the database
    # file, and waits for the disk. Workers should do this: a scheduler at 10,000 pages only.
    "sqlite": ("PRAGMA synchronous=NORMAL", "PRAGMA wal_autocheckpoint=10000"),
    "postgresql": ("SET synchronous_commit=off",),
}


def relax_durability() -> None:
    """Make commits of this process return before they are on disk. For schedulers only."""
    connection_created.connect(_do_not_wait)
    if connection.connection is not None:
        _do_not_wait(connection)


def _do_not_wait(connection: BaseDatabaseWrapper, **_: Any) -> None:
    with connection.cursor() as cursor:
        for statement in _STATEMENTS[connection.vendor]:
            cursor.execute(statement)

"""How a scheduler talks to the database, unlike workers and the web.

**Its commits do not wait for the disk.** They have no effect outside until a worker claims a
run. The commit of the claim does wait, and brings all earlier commits of the same log to the
disk. So a power cut can only lose ticks whose runs have not started: these are due again, and a
job left in Redis finds no run to claim. Waiting in the scheduler, too, would delay each tick by
the time of a disk write, which is milliseconds on a busy disk.

**PostgreSQL finds its rows by index.** It plans for rows that it must first fetch from a disk,
for which reading a table as a whole is cheaper than five hundred look-ups. What fires is in
memory: then each batch would read all schedules, and sort all that are due.

Behind a pooler both are as the server has them for everyone.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from workflows.kit.pipelines import is_direct

_STATEMENTS = {
    # By default, a process that finds 1,000 pages in the log copies them to the database
    # file, and waits for the disk. Workers should do this: a scheduler at 10,000 pages only.
    "sqlite": ("PRAGMA synchronous=NORMAL", "PRAGMA wal_autocheckpoint=10000"),
    "postgresql": ("SET synchronous_commit=off", "SET random_page_cost=1"),
}


def use_scheduler_session() -> None:
    """Talk to the database as above from now on. For processes of schedulers only."""
    connection_created.connect(_configure)
    if connection.connection is not None:
        _configure(connection)


def _configure(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if connection.vendor == "postgresql" and not is_direct(connection):
        return  # a worker may be the next to get this process of the server from a pooler
    with connection.cursor() as cursor:
        for statement in _STATEMENTS[connection.vendor]:
            cursor.execute(statement)

"""How schedulers and workers talk to the database, unlike the web.

**A worker's commits wait for the disk**, whatever the settings of the project say: the start of a
run is to survive a power cut, else it would start twice.

**A scheduler's commits do not wait for the disk.** They have no effect outside until a worker claims a
run. The commit of the claim does wait, and brings all earlier commits of the same log to the
disk. So a power cut can only lose ticks whose runs have not started: these are due again, and a
job left in Redis finds no run to claim. Waiting in the scheduler, too, would delay each tick by
the time of a disk write, which is milliseconds on a busy disk.

**PostgreSQL finds a scheduler's rows by index.** It plans for rows that it must first fetch from a disk,
for which reading a table as a whole is cheaper than five hundred look-ups. What fires is in
memory: then each batch would read all schedules, and sort all that are due.

Behind a pooler both are as the server has them for everyone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from workflows.kit.pipelines import is_direct

_OF_SCHEDULERS = {
    # By default, a process that finds 1,000 pages in the log copies them to the database
    # file, and waits for the disk. Workers should do this: a scheduler at 10,000 pages only.
    "sqlite": ("PRAGMA synchronous=NORMAL", "PRAGMA wal_autocheckpoint=10000"),
    "postgresql": ("SET synchronous_commit=off", "SET random_page_cost=1"),
}
_OF_WORKERS = {
    "sqlite": ("PRAGMA synchronous=FULL",),
    # Its other levels all wait for the disk, and some for other servers.
    "postgresql": (
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'",
    ),
}


def use_scheduler_session() -> None:
    """Talk to the database as a scheduler from now on. For its process only."""
    _use(_as_scheduler)


def use_worker_session() -> None:
    """Talk to the database as a worker from now on. For its processes only."""
    _use(_as_worker)


def _use(configure: Callable[..., None]) -> None:
    connection_created.connect(configure)
    if connection.connection is not None:
        configure(connections[DEFAULT_DB_ALIAS])


def _as_scheduler(connection: BaseDatabaseWrapper, **_: Any) -> None:
    _configure(connection, _OF_SCHEDULERS)


def _as_worker(connection: BaseDatabaseWrapper, **_: Any) -> None:
    _configure(connection, _OF_WORKERS)


def _configure(
    connection: BaseDatabaseWrapper, statements: Mapping[str, Sequence[str]]
) -> None:
    if connection.alias != DEFAULT_DB_ALIAS:
        return
    if connection.vendor == "postgresql" and not is_direct(connection):
        return  # a worker may be the next to get this process of the server from a pooler
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)

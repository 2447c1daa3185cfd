"""Commits that leave waiting for the disk to the next one.

A process that commits, and is about to commit again, need not wait for the disk twice: the
second commit brings the first one to the disk as well. `settle` does so if there is no second one after all. Until then
a power cut undoes the first one; the death of the process does not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

from workflows.kit.prepared import Bound, Rows

FULL, NORMAL = 2, 1
_do_not_wait = Rows(lambda: "SELECT set_config('synchronous_commit', 'off', true)")
# The log of SQLite that is to be brought to the disk.
_owed = ""


@contextmanager
def left_to_the_next(*, if_: bool = True) -> Iterator[list[Bound]]:
    """Wraps a transaction that runs the given statements, too, and whose commit does not wait."""
    global _owed
    if not if_ or connection.in_atomic_block:
        yield []
    elif connection.vendor == "postgresql":
        # Its log is on the disk within a second, whoever commits next.
        yield [_do_not_wait.bind(params=[])]
    elif log := _log():
        _set_level(NORMAL)
        _owed = log
        try:
            yield []
        finally:
            _set_level(FULL)
    else:
        yield []


def not_waiting_if(condition: str, otherwise: str) -> str:
    """What a last SELECT of a transaction on PostgreSQL contains so that its commit does not
    wait, if this SQL condition holds. Else the transaction fails, with this text in the error."""
    level = f"CASE WHEN {condition} THEN 'off' ELSE '{otherwise}' END"
    return f"set_config('synchronous_commit', {level}, true)"


def settle() -> None:
    """Wait for the disk, if that was left to a commit that has not come."""
    global _owed
    log, _owed = _owed, ""
    if log:
        with suppress(FileNotFoundError):  # all of it is in the database
            file = os.open(log, os.O_RDONLY)
            try:
                os.fsync(file)
            finally:
                os.close(file)


def _log() -> str:
    """The write-ahead log of SQLite, if this connection has one and waits for it."""
    connection.ensure_connection()
    raw = connection.connection
    known: dict[str, Any] = vars(connections[DEFAULT_DB_ALIAS])
    begun, log = known.get("_ostinato_log", (None, ""))
    if begun is not raw:
        mode, level, (_, _, file) = (
            raw.execute(f"PRAGMA {name}").fetchone()
            for name in ("journal_mode", "synchronous", "database_list")
        )
        waits = (mode, level[0]) == (("wal",), FULL)
        log = f"{file}-wal" if waits and file else ""
        known["_ostinato_log"] = (raw, log)
    return str(log)


def _set_level(level: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={level}")

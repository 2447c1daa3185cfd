"""Commits that leave waiting for the disk to the next one.

A process that commits, and is about to commit again, need not wait for the disk twice: the
second commit brings both there. `settle` does it if there is no second one after all. Until then
a power cut undoes the first one; the death of the process does not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

from workflows.kit.prepared import Bound, Rows

NORMAL = 1
_do_not_wait = Rows(lambda: "SELECT set_config('synchronous_commit', 'off', true)")
_is_owed = False


@contextmanager
def left_to_the_next(*, if_: bool = True) -> Iterator[list[Bound]]:
    """Wraps a transaction that runs the given statements, too, and whose commit does not wait."""
    global _is_owed
    if not if_ or connection.in_atomic_block:
        yield []
    elif connection.vendor == "postgresql":
        # Its log is on the disk within a second, whoever commits next.
        yield [_do_not_wait.bind(params=[])]
    else:
        level = _level()
        _set_level(min(level, NORMAL))
        _is_owed = True
        try:
            yield []
        finally:
            _set_level(level)


def settle() -> None:
    """Wait for the disk, if that was left to a commit that has not come."""
    global _is_owed
    if _is_owed:
        _is_owed = False
        # The log of SQLite; without it, everything is in its database.
        with suppress(FileNotFoundError):
            log = os.open(f"{connection.settings_dict['NAME']}-wal", os.O_RDONLY)
            try:
                os.fsync(log)
            finally:
                os.close(log)


def _level() -> int:
    """That with which this connection was begun."""
    connection.ensure_connection()
    raw = connection.connection
    known: dict[str, Any] = vars(connections[DEFAULT_DB_ALIAS])
    begun, level = known.get("_ostinato_level", (None, 0))
    if begun is not raw:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous")
            (level,) = cursor.fetchone()
        known["_ostinato_level"] = (raw, level)
    return int(level)


def _set_level(level: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={level}")

"""Cursors whose statements PostgreSQL prepares: it plans each of them once for a connection.

Planning takes longer than running them, for the statements that every run repeats. Behind a
pooler such as PgBouncer, which may give each transaction another server process, statements
are sent whole, as Django sends all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, cast

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

# After how many executions psycopg prepares a statement that nobody has asked it to.
NEVER_BY_ITSELF = 1_000_000_000
# What PostgreSQL says of a statement whose tables have changed since it was prepared.
CHANGED = "cached plan must not change result type"


@contextmanager
def prepared_cursor(connection: BaseDatabaseWrapper) -> Iterator[CursorWrapper]:
    """A cursor for one statement that is repeated; see above. Its rows are to be fetched
    within the block."""
    connection.ensure_connection()
    # Where queries are logged, the log shows their values.
    is_plain = connection.vendor != "postgresql" or connection.queries_logged
    if not is_plain and (cursor := _kept(connection)):
        yield cursor
    else:
        with connection.cursor() as cursor:
            yield cursor


def _kept(connection: BaseDatabaseWrapper) -> CursorWrapper | None:
    """The cursor of this connection: making one takes as long as a short statement. None if
    the server process may be another one with each transaction."""
    wrapper: Any = connection
    known = wrapper.__dict__.get("_ostinato_cursor")
    if known is None or known[0] is not wrapper.connection:
        cursor = None
        if _is_direct(wrapper):
            cursor = wrapper._prepare_cursor(_prepared_class()(wrapper.connection))
        known = (wrapper.connection, cursor)
        wrapper.__dict__["_ostinato_cursor"] = known
    return cast("CursorWrapper | None", known[1])


def _is_direct(connection: BaseDatabaseWrapper) -> bool:
    """Whether the server process is the one that the connection was begun with: a pooler names
    none, or one of its own."""
    if not hasattr(connection.connection, "prepare_threshold"):  # psycopg2
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    if pid != connection.connection.info.backend_pid:
        return False
    if connection.connection.prepare_threshold is None:
        # Prepare what is asked for, and nothing else.
        connection.connection.prepare_threshold = NEVER_BY_ITSELF
    return True


@cache
def _prepared_class() -> Any:
    from django.db.backends.postgresql.base import (  # noqa: PLC0415 psycopg may be missing
        ServerBindingCursor,
    )
    from psycopg.errors import FeatureNotSupported  # noqa: PLC0415

    class Prepared(ServerBindingCursor):
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            try:
                return super().execute(query, params, prepare=True)  # type: ignore[misc]
            except FeatureNotSupported as error:
                if CHANGED in str(error):  # a new connection has no old plans
                    raise OperationalError(str(error)) from error
                raise

    return Prepared

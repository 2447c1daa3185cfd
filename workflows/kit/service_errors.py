"""Recognises failures of the database and of Redis by their exceptions.

By the codes that the servers send. Only a refused login to PostgreSQL carries none, and is
recognised by its text.
"""

from __future__ import annotations

import sqlite3
from enum import StrEnum

from django.db import DatabaseError, InterfaceError, OperationalError
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    MasterDownError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)


class DatabaseFailure(StrEnum):
    """Why the database as a whole cannot serve."""

    SILENT = "database_silent"
    REFUSED = "database_refused"
    READ_ONLY = "database_read_only"
    FULL = "database_full"
    LOCKED = "database_locked"
    BUSY = "database_busy"
    TABLES = "database_tables"
    DAMAGED = "database_damaged"
    OTHER = "database_failing"


class RedisFailure(StrEnum):
    """Why Redis cannot serve."""

    SILENT = "redis_silent"
    CLIENTS = "redis_clients"
    LOADING = "redis_loading"
    LOGIN = "redis_login"
    PERMISSION = "redis_permission"
    MEMORY = "redis_memory"
    REPLICA = "redis_replica"
    DISK = "redis_disk"
    REPLICAS = "redis_replicas"
    BUSY = "redis_busy"
    REFUSES = "redis_refuses"


# These concern the database as a whole, whichever exception reports them.
_CERTAIN = {
    DatabaseFailure.SILENT,
    DatabaseFailure.READ_ONLY,
    DatabaseFailure.FULL,
    DatabaseFailure.TABLES,
    DatabaseFailure.DAMAGED,
}
# The longest prefix of a PostgreSQL error code decides.
_OF_SQLSTATE = {
    "08": DatabaseFailure.SILENT,
    "57P": DatabaseFailure.SILENT,
    "28": DatabaseFailure.REFUSED,
    "3D": DatabaseFailure.REFUSED,
    "53300": DatabaseFailure.REFUSED,
    "25006": DatabaseFailure.READ_ONLY,
    "53100": DatabaseFailure.FULL,
    "55P03": DatabaseFailure.LOCKED,
    "40001": DatabaseFailure.LOCKED,
    "40P01": DatabaseFailure.LOCKED,
    "42P01": DatabaseFailure.TABLES,
    "42703": DatabaseFailure.TABLES,
    "58030": DatabaseFailure.DAMAGED,
    "XX001": DatabaseFailure.DAMAGED,
    "XX002": DatabaseFailure.DAMAGED,
}
_OF_SQLITE = {
    "SQLITE_FULL": DatabaseFailure.FULL,
    "SQLITE_READONLY": DatabaseFailure.READ_ONLY,
    "SQLITE_BUSY": DatabaseFailure.LOCKED,
    "SQLITE_LOCKED": DatabaseFailure.LOCKED,
    "SQLITE_CANTOPEN": DatabaseFailure.SILENT,
    "SQLITE_IOERR": DatabaseFailure.DAMAGED,
    "SQLITE_CORRUPT": DatabaseFailure.DAMAGED,
    "SQLITE_NOTADB": DatabaseFailure.DAMAGED,
}
_OF_REDIS_CLASS: tuple[tuple[type[RedisError], RedisFailure], ...] = (
    # The first match counts: some are subclasses of `ConnectionError`.
    (BusyLoadingError, RedisFailure.LOADING),
    (AuthenticationError, RedisFailure.LOGIN),
    (NoPermissionError, RedisFailure.PERMISSION),
    (OutOfMemoryError, RedisFailure.MEMORY),
    (ReadOnlyError, RedisFailure.REPLICA),
    (MasterDownError, RedisFailure.REPLICA),
)
_OF_REDIS_WORD = {
    "MISCONF": RedisFailure.DISK,
    "NOREPLICAS": RedisFailure.REPLICAS,
    "BUSY": RedisFailure.BUSY,
    "max": RedisFailure.CLIENTS,  # "max number of clients reached"
}
_STARTING = ("starting up", "shutting down", "recovery mode")


def is_database_away(error: BaseException) -> bool:
    """Whether the database as a whole has failed, rather than a row, a query or an input."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, DatabaseError) and database_failure(error) in _CERTAIN


def is_redis_away(error: BaseException) -> bool:
    """Whether `error` comes from the Redis client, or wraps an error that does."""
    return isinstance(error, RedisError) or isinstance(error.__cause__, RedisError)


def database_failure(error: BaseException) -> DatabaseFailure:
    """The failure that an exception of Django's database layer reports."""
    cause = _root(error)
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    if type(cause).__module__.startswith("psycopg_pool"):
        return DatabaseFailure.BUSY
    code = getattr(cause, "sqlstate", None)
    if code:
        known = (code[:length] for length in (5, 3, 2))
        return next(
            (_OF_SQLSTATE[prefix] for prefix in known if prefix in _OF_SQLSTATE),
            DatabaseFailure.OTHER,
        )
    return _of_login(str(cause))


def redis_failure(error: BaseException) -> RedisFailure:
    """The failure that an exception of the Redis client reports."""
    if isinstance(error.__cause__, RedisError):  # one of our errors wraps it
        error = error.__cause__
    for kind, failure in _OF_REDIS_CLASS:
        if isinstance(error, kind):
            return failure
    # A pipeline puts the command before the server's message.
    word = str(error).rpartition(" caused error: ")[2].partition(" ")[0]
    fallback = (
        RedisFailure.REFUSES
        if isinstance(error, ResponseError)
        else RedisFailure.SILENT
    )
    return _OF_REDIS_WORD.get(word, fallback)


def _root(error: BaseException) -> BaseException:
    """The driver's exception, which Django wraps, sometimes more than once."""
    while error.__cause__ is not None and not hasattr(error, "sqlstate"):
        error = error.__cause__
    return error


def _of_sqlite(error: sqlite3.Error) -> DatabaseFailure:
    # Extended names, such as SQLITE_IOERR_WRITE, begin with the plain one.
    name = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
    if name == "SQLITE_ERROR" and "no such" in str(error):
        return DatabaseFailure.TABLES
    return _OF_SQLITE.get(name, DatabaseFailure.OTHER)


def _of_login(text: str) -> DatabaseFailure:
    if "FATAL" in text and not any(word in text for word in _STARTING):
        return DatabaseFailure.REFUSED
    return DatabaseFailure.SILENT

"""What is wrong with the database or with Redis, read from an exception.

By the codes that the servers send; only a refused login to PostgreSQL carries none, and is
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


class DatabaseTrouble(StrEnum):
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


class RedisTrouble(StrEnum):
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


# Whatever raised them, the database as a whole is to blame.
_CERTAIN = {
    DatabaseTrouble.SILENT,
    DatabaseTrouble.READ_ONLY,
    DatabaseTrouble.FULL,
    DatabaseTrouble.TABLES,
    DatabaseTrouble.DAMAGED,
}
# The longest prefix of a PostgreSQL error code decides.
_OF_SQLSTATE = {
    "08": DatabaseTrouble.SILENT,
    "57P": DatabaseTrouble.SILENT,
    "28": DatabaseTrouble.REFUSED,
    "3D": DatabaseTrouble.REFUSED,
    "53300": DatabaseTrouble.REFUSED,
    "25006": DatabaseTrouble.READ_ONLY,
    "53100": DatabaseTrouble.FULL,
    "55P03": DatabaseTrouble.LOCKED,
    "40001": DatabaseTrouble.LOCKED,
    "40P01": DatabaseTrouble.LOCKED,
    "42P01": DatabaseTrouble.TABLES,
    "42703": DatabaseTrouble.TABLES,
    "58030": DatabaseTrouble.DAMAGED,
    "XX001": DatabaseTrouble.DAMAGED,
    "XX002": DatabaseTrouble.DAMAGED,
}
_OF_SQLITE = {
    "SQLITE_FULL": DatabaseTrouble.FULL,
    "SQLITE_READONLY": DatabaseTrouble.READ_ONLY,
    "SQLITE_BUSY": DatabaseTrouble.LOCKED,
    "SQLITE_LOCKED": DatabaseTrouble.LOCKED,
    "SQLITE_CANTOPEN": DatabaseTrouble.SILENT,
    "SQLITE_IOERR": DatabaseTrouble.DAMAGED,
    "SQLITE_CORRUPT": DatabaseTrouble.DAMAGED,
    "SQLITE_NOTADB": DatabaseTrouble.DAMAGED,
}
_OF_REDIS_CLASS: tuple[tuple[type[RedisError], RedisTrouble], ...] = (
    # The first that fits: some are subclasses of `ConnectionError`.
    (BusyLoadingError, RedisTrouble.LOADING),
    (AuthenticationError, RedisTrouble.LOGIN),
    (NoPermissionError, RedisTrouble.PERMISSION),
    (OutOfMemoryError, RedisTrouble.MEMORY),
    (ReadOnlyError, RedisTrouble.REPLICA),
    (MasterDownError, RedisTrouble.REPLICA),
)
_OF_REDIS_WORD = {
    "MISCONF": RedisTrouble.DISK,
    "NOREPLICAS": RedisTrouble.REPLICAS,
    "BUSY": RedisTrouble.BUSY,
    "max": RedisTrouble.CLIENTS,  # "max number of clients reached"
}
_STARTING = ("starting up", "shutting down", "recovery mode")


def is_database_away(error: BaseException) -> bool:
    """Whether the database as a whole is to blame, and no row, query or input."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, DatabaseError) and database_trouble(error) in _CERTAIN


def is_redis_away(error: BaseException) -> bool:
    """Whether it comes from the Redis client, or is an error of ours that wraps one."""
    return isinstance(error, RedisError) or isinstance(error.__cause__, RedisError)


def database_trouble(error: BaseException) -> DatabaseTrouble:
    """The kind of trouble that an exception of Django's database layer stands for."""
    cause = _root(error)
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    if type(cause).__module__.startswith("psycopg_pool"):
        return DatabaseTrouble.BUSY
    code = getattr(cause, "sqlstate", None)
    if code:
        known = (code[:length] for length in (5, 3, 2))
        return next(
            (_OF_SQLSTATE[prefix] for prefix in known if prefix in _OF_SQLSTATE),
            DatabaseTrouble.OTHER,
        )
    return _of_login(str(cause))


def redis_trouble(error: BaseException) -> RedisTrouble:
    """The kind of trouble that an exception of the Redis client stands for."""
    if isinstance(error.__cause__, RedisError):  # of an error of ours that wraps it
        error = error.__cause__
    for kind, trouble in _OF_REDIS_CLASS:
        if isinstance(error, kind):
            return trouble
    # A pipeline puts the command before the words of the server.
    word = str(error).rpartition(" caused error: ")[2].partition(" ")[0]
    fallback = (
        RedisTrouble.REFUSES
        if isinstance(error, ResponseError)
        else RedisTrouble.SILENT
    )
    return _OF_REDIS_WORD.get(word, fallback)


def _root(error: BaseException) -> BaseException:
    """What the driver raised: Django wraps it, and what it refuses afterwards, too."""
    while error.__cause__ is not None and not hasattr(error, "sqlstate"):
        error = error.__cause__
    return error


def _of_sqlite(error: sqlite3.Error) -> DatabaseTrouble:
    # Extended names, such as SQLITE_IOERR_WRITE, begin with the plain one.
    name = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
    if name == "SQLITE_ERROR" and "no such" in str(error):
        return DatabaseTrouble.TABLES
    return _OF_SQLITE.get(name, DatabaseTrouble.OTHER)


def _of_login(text: str) -> DatabaseTrouble:
    if "FATAL" in text and not any(word in text for word in _STARTING):
        return DatabaseTrouble.REFUSED
    return DatabaseTrouble.SILENT

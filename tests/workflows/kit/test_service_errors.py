"""What an exception says about the database or Redis as a whole."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from django.db.transaction import TransactionManagementError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ResponseError, TimeoutError

from schedules.rq.messages import RedisAway
from workflows.kit.service_errors import (
    DatabaseFailure,
    RedisFailure,
    database_failure,
    is_database_away,
    redis_failure,
)


def wrapped(kind: type[DatabaseError], driver: BaseException) -> DatabaseError:
    """As Django raises it."""
    error = kind(str(driver))
    error.__cause__ = driver
    return error


@pytest.mark.parametrize(
    ("code", "kind", "trouble"),
    [
        ("53100", OperationalError, DatabaseFailure.FULL),
        ("25006", InternalError, DatabaseFailure.READ_ONLY),
        ("57P01", OperationalError, DatabaseFailure.SILENT),
        ("57P03", OperationalError, DatabaseFailure.SILENT),
        ("08006", OperationalError, DatabaseFailure.SILENT),
        ("28P01", OperationalError, DatabaseFailure.REFUSED),
        ("53300", OperationalError, DatabaseFailure.REFUSED),
        ("42P01", ProgrammingError, DatabaseFailure.TABLES),
        ("55P03", OperationalError, DatabaseFailure.LOCKED),
        ("XX001", InternalError, DatabaseFailure.DAMAGED),
        ("54001", OperationalError, DatabaseFailure.OTHER),
    ],
)
def test_an_error_code_of_postgresql_is_described(
    code: str, kind: type[DatabaseError], trouble: DatabaseFailure
) -> None:
    error = wrapped(kind, psycopg.errors.lookup(code)("in any language"))
    assert database_failure(error) == trouble
    assert is_database_away(error)


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("connection failed: Connection refused", DatabaseFailure.SILENT),
        ("connection timeout expired", DatabaseFailure.SILENT),
        ("FATAL:  the database system is starting up", DatabaseFailure.SILENT),
        ("FATAL:  password authentication failed", DatabaseFailure.REFUSED),
        ('FATAL:  database "gone" does not exist', DatabaseFailure.REFUSED),
    ],
)
def test_a_failed_login_at_the_database_is_described(
    text: str, trouble: DatabaseFailure
) -> None:
    error = wrapped(OperationalError, psycopg.OperationalError(text))
    assert database_failure(error) == trouble


def test_a_pool_that_is_empty_is_no_silence() -> None:
    kind = type(
        "PoolTimeout",
        (psycopg.OperationalError,),
        {"__module__": "psycopg_pool.errors"},
    )
    error = wrapped(OperationalError, kind("couldn't get a connection after 5 s"))
    assert database_failure(error) == DatabaseFailure.BUSY


def test_what_was_refused_after_an_error_has_its_cause() -> None:
    first = wrapped(InternalError, psycopg.errors.lookup("25006")("read-only"))
    error = TransactionManagementError("not until the end of the block")
    error.__cause__ = first
    assert database_failure(error) == DatabaseFailure.READ_ONLY


def test_an_error_of_sqlite_has_a_name(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE one (x)")
    read_only = f"file:{path}?mode=ro"
    with closing(sqlite3.connect(read_only, uri=True)) as database:
        with pytest.raises(sqlite3.OperationalError) as raised:
            database.execute("CREATE TABLE two (x)")
        error = wrapped(OperationalError, raised.value)
        assert database_failure(error) == DatabaseFailure.READ_ONLY
        with pytest.raises(sqlite3.OperationalError) as raised:
            database.execute("SELECT * FROM three")
        error = wrapped(OperationalError, raised.value)
        assert database_failure(error) == DatabaseFailure.TABLES


def test_a_row_that_is_wrong_is_no_trouble_of_the_database() -> None:
    twice = psycopg.errors.lookup("23505")("duplicate key")
    assert not is_database_away(wrapped(IntegrityError, twice))
    assert not is_database_away(ValueError("FATAL"))


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (RedisConnectionError("refused"), RedisFailure.SILENT),
        (TimeoutError("timed out"), RedisFailure.SILENT),
        (RedisConnectionError("max number of clients reached"), RedisFailure.CLIENTS),
        (OutOfMemoryError("command not allowed"), RedisFailure.MEMORY),
        (ResponseError("MISCONF cannot save"), RedisFailure.DISK),
        (
            ResponseError("Command # 1 (SET a) of pipeline caused error: MISCONF no"),
            RedisFailure.DISK,
        ),
        (ResponseError("WRONGTYPE of a key"), RedisFailure.REFUSES),
    ],
)
def test_an_error_of_redis_is_described(
    error: Exception, trouble: RedisFailure
) -> None:
    assert redis_failure(error) == trouble
    ours = RedisAway(str(error))
    ours.__cause__ = error
    assert redis_failure(ours) == trouble

"""What the database can do to a site: each cause on the real SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder
from redis import Redis

from tests.platform_site.causes.conftest import Reported

pytestmark = [pytest.mark.both_databases, pytest.mark.real_clock]


@pytest.fixture
def patch(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """For the settings of connections that are opened from now on."""
    with monkeypatch.context() as patch:
        yield patch
    connection.close()


def where() -> dict[str, object]:
    return connections.settings["default"]


def test_a_stopped_database_is_named_as_the_cause(
    reported: Reported, at_work: Redis, patch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if connection.vendor == "postgresql":
        for name, value in {"HOST": "127.0.0.1", "PORT": "1", "OPTIONS": {}}.items():
            patch.setitem(where(), name, value)
    else:
        patch.setitem(where(), "NAME", str(tmp_path / "ostinato.sqlite3"))
        tmp_path.rmdir()
    connection.close()
    # Of SQLite the folder is gone, which explains the rest.
    assert reported()[0] in {"database_silent", "disk_missing"}


def test_a_read_only_database_is_named_as_the_cause(
    reported: Reported, at_work: Redis, patch: pytest.MonkeyPatch
) -> None:
    with read_only(patch):
        assert reported() == ["database_read_only"]
    assert reported() == []


@contextmanager
def read_only(patch: pytest.MonkeyPatch) -> Iterator[None]:
    if connection.vendor == "sqlite":
        with patch.context() as inner:
            inner.setitem(where(), "NAME", f"file:{where()['NAME']}?mode=ro")
            connection.close()
            yield
        connection.close()
        return
    everywhere = (
        f'ALTER DATABASE "{where()["NAME"]}" {{}} default_transaction_read_only'
    )
    with connection.cursor() as cursor:
        cursor.execute(everywhere.format("SET") + " = on")
    connection.close()
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(everywhere.format("RESET"))
        connection.close()


def test_tables_of_an_older_release_are_named_as_the_cause(
    reported: Reported, at_work: Redis
) -> None:
    row = MigrationRecorder.Migration.objects.filter(app="ostinato_schedules").latest(
        "id"
    )
    row.delete()
    try:
        assert reported() == ["database_tables"]
    finally:
        row.save(force_insert=True)


def test_a_full_disk_of_the_database_is_named_as_the_cause(
    reported: Reported, at_work: Redis, patch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "postgresql":
        return  # its full disk is met by the scheduler: see the tests of the loop
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
    options = dict(where()["OPTIONS"])  # type: ignore[call-overload]
    options["init_command"] += f"PRAGMA max_page_count = {pages};"
    patch.setitem(where(), "OPTIONS", options)
    assert reported() == ["database_full"]


def test_a_database_that_refuses_logins_is_named_as_the_cause(
    reported: Reported, at_work: Redis
) -> None:
    if connection.vendor == "sqlite":
        return  # it asks for no password
    name = where()["NAME"]
    options = where()["OPTIONS"]
    with psycopg.connect(
        host=where()["HOST"] or options["host"],  # type: ignore[index]
        user=where()["USER"],
        dbname="postgres",
        autocommit=True,
    ) as server:
        connection.close()
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            assert reported() == ["database_refused"]
        finally:
            server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

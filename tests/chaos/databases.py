"""A database of a drill's own, and how it goes away for a while. No Django here."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


class Database(Protocol):
    @property
    def url(self) -> str:
        """The `DATABASE_URL` of the processes that work on it."""

    def away(self) -> Iterator[None]:
        """A context in which nobody can write (SQLite) or even connect (PostgreSQL)."""


class Sqlite:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "chaos.sqlite3"
        self.url = f"sqlite:///{self._path}"

    @contextmanager
    def away(self) -> Iterator[None]:
        with closing(
            sqlite3.connect(self._path, timeout=20, isolation_level=None)
        ) as holder:
            holder.execute("BEGIN IMMEDIATE")
            yield
            holder.execute("ROLLBACK")


class Postgresql:
    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._name = f"chaos_{secrets.token_hex(6)}"
        self._run("CREATE DATABASE {}")
        self.url = urlunsplit(urlsplit(server_url)._replace(path=f"/{self._name}"))

    @contextmanager
    def away(self) -> Iterator[None]:
        self._run("ALTER DATABASE {} ALLOW_CONNECTIONS false")
        try:
            with psycopg.connect(self._server_url, autocommit=True) as server:
                server.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = %s",
                    [self._name],
                )
            yield
        finally:
            self._run("ALTER DATABASE {} ALLOW_CONNECTIONS true")

    def drop(self) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._server_url, autocommit=True) as server:
            server.execute(sql.SQL(statement).format(sql.Identifier(self._name)))


@contextmanager
def own_database(server_url: str, folder: Path) -> Iterator[Database]:
    """On the PostgreSQL server at `server_url`, or an SQLite file if that is empty."""
    if not server_url:
        yield Sqlite(folder)
        return
    database = Postgresql(server_url)
    try:
        yield database
    finally:
        database.drop()

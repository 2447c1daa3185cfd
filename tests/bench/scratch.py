"""A database and a Valkey made for one benchmark, and gone after it."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from platform_site.local.child_processes import end_group, spawn
from platform_site.local.data_dir import BASE_DIR
from platform_site.local.valkey import EmbeddedValkey

PREFIX = "ostinato_benchmark_"


class ScratchError(Exception):
    """The message, for a person, says what could not be made or went wrong."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """A site of its own in `folder`: commands run there as in production."""

    folder: Path
    database_url: str
    redis_url: str

    @contextmanager
    def running(self, *command: str) -> Iterator[subprocess.Popen[bytes]]:
        """Python with these arguments, ended with the block; it prints to `log(command)`."""
        with self.log(command).open("wb") as output:
            child = spawn(
                [sys.executable, *command],
                output=output,
                env=self._environment,
                cwd=BASE_DIR,
            )
        try:
            yield child
        finally:
            end_group(child)

    def run(self, *command: str, seconds: float) -> str:
        """What Python printed, given these arguments. Raises `ScratchError` if it failed."""
        name = command[1]
        with self.running(*command) as child:
            try:
                status = child.wait(seconds)
            except subprocess.TimeoutExpired:
                why = f"{name} did not end in {seconds:.0f} seconds."
                raise ScratchError(why) from None
        printed = self.log(command).read_text()
        if status:
            last = "\n".join(printed.splitlines()[-15:])
            raise ScratchError(f"{name} failed:\n{last}")
        return printed

    def log(self, command: Sequence[str]) -> Path:
        return self.folder / f"{command[1]}.log"

    @property
    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
        }


@contextmanager
def scratch_site(folder: Path, server_url: str = "") -> Iterator[Scratch]:
    """A migrated, empty site: on SQLite, or on the PostgreSQL server of `server_url`.

    Its files lie in `folder`, on the disk that a real site there would use.
    """
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-", dir=folder) as name,
        _valkey(Path(name) / "valkey") as redis_url,
        _database(Path(name), server_url) as database_url,
    ):
        scratch = Scratch(Path(name), database_url, redis_url)
        scratch.run("manage.py", "migrate", "--verbosity=0", seconds=120)
        yield scratch


@contextmanager
def _valkey(folder: Path) -> Iterator[str]:
    valkey = EmbeddedValkey(folder)
    process = valkey.start()
    try:
        if not valkey.wait_until_ready(process):
            raise ScratchError(f"Valkey did not start:\n{valkey.log.read_text()}")
        yield valkey.url
    finally:
        end_group(process)


@contextmanager
def _database(folder: Path, server_url: str) -> Iterator[str]:
    if not server_url:
        yield f"sqlite:///{folder / 'scratch.sqlite3'}"
        return
    name = PREFIX + secrets.token_hex(4)
    _on_server(server_url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    finally:
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        _on_server(server_url, drop)


def _on_server(url: str, statement: sql.Composed) -> None:
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            connection.execute(statement)
    except psycopg.Error as error:
        # Its message names host and user; the address itself may hold a password.
        raise ScratchError(f"PostgreSQL: {error}") from None

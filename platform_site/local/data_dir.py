"""Where this installation keeps what it writes: a folder for its own user only.

Everything is found from `DATA_DIR` alone: the SQLite file, the secrets and, while
`manage.py up` is running, what runs.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import environ

BASE_DIR = Path(__file__).resolve().parents[2]
SQLITE = "ostinato.sqlite3"
PRIVATE = ("secret_key", "admin_password", "runtime.json", "up.lock")
# By these a folder is known as one of ours, and not as somebody's home.
OURS = ("secret_key", "up.lock", SQLITE)
SQLITE_MAGIC = b"SQLite format 3\0"
OTHERS = 0o077  # what the mode of a file or folder lets anyone else do


def data_dir() -> Path:
    """The folder of `DATA_DIR` (default `var/`), made if it is absent, with mode 700."""
    named = os.environ.get("DATA_DIR", "").strip()
    folder = Path(os.path.realpath(named or BASE_DIR / "var"))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_open = folder.stat().st_mode & OTHERS
        if is_open and not _may_be_tightened(folder):
            # Every command reads the settings: one line instead of their traceback.
            sys.exit(
                f"DATA_DIR: {folder} is open to other users and holds other things: "
                "give the name of a folder inside it, which is then made."
            )
    except OSError as error:
        sys.exit(f"DATA_DIR: {folder} cannot be made a folder: {error.strerror}.")
    try:
        _tighten(folder, 0o700)
        for name in PRIVATE:
            _tighten(folder / name, 0o600)
    except OSError as error:
        sys.exit(
            f"DATA_DIR: {error.filename} cannot be closed to other users: "
            f"{error.strerror}. Give the name of a folder of your own."
        )
    return folder


def database(url: str, folder: Path) -> dict[str, Any]:
    """The database of the URL; without one, the SQLite file in `folder`."""
    if not url:
        # Not by a URL: a folder may have any characters in its name.
        name = str(folder / SQLITE)
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name}
    found: dict[str, Any] = environ.Env.db_url_config(url)
    return found


def keep_private(sqlite: Path) -> None:
    """An SQLite file is for its own user only, whoever makes it and under any umask.

    SQLite gives the files beside it the same mode.
    """
    with suppress(OSError):  # what keeps it from being used is told by SQLite
        descriptor = os.open(sqlite, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "rb") as file:
            begins = file.read(len(SQLITE_MAGIC))
        if begins not in {b"", SQLITE_MAGIC}:
            return  # a file of somebody else: SQLite will refuse it, and its mode stays
        for end in ("", "-wal", "-shm"):
            _tighten(sqlite.with_name(sqlite.name + end), 0o600)


def _may_be_tightened(folder: Path) -> bool:
    """Whether closing the folder takes nothing from anybody: it is ours, or empty."""
    names = {path.name for path in folder.iterdir()}
    return not names or not names.isdisjoint(OURS)


def _tighten(path: Path, mode: int) -> None:
    with suppress(FileNotFoundError):
        if path.stat().st_mode & OTHERS:
            path.chmod(mode)

"""The data folder (`DATA_DIR`), which only the site's own system user may access.

It holds the SQLite file, the secrets and, while `manage.py up` is running, its record.
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
# Files by which a folder is recognised as a data folder, not as someone's home.
OURS = ("secret_key", "up.lock", SQLITE)
SQLITE_MAGIC = b"SQLite format 3\0"
OTHERS = 0o077  # the permission bits of group and others


def data_dir() -> Path:
    """The folder of `DATA_DIR` (default `var/`), created with mode 700 if it is missing.

    Ends the process with one line if the folder cannot be used.
    """
    named = os.environ.get("DATA_DIR", "").strip()
    folder = Path(os.path.realpath(named or BASE_DIR / "var"))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_open = folder.stat().st_mode & OTHERS
        if is_open and not _may_be_tightened(folder):
            # Every command reads the settings: one line instead of a traceback.
            sys.exit(
                f"DATA_DIR: {folder} is open to other users and holds other files. "
                "Name a new folder inside it, which will be created."
            )
    except OSError as error:
        sys.exit(f"DATA_DIR: the folder {folder} cannot be created: {error.strerror}.")
    try:
        _tighten(folder, 0o700)
        for name in PRIVATE:
            _tighten(folder / name, 0o600)
    except OSError as error:
        sys.exit(
            f"DATA_DIR: {error.filename} cannot be made private: {error.strerror}. "
            "Name a folder that you own."
        )
    return folder


def database(url: str, folder: Path) -> dict[str, Any]:
    """Django's settings for the database of `url`; without one, for the SQLite file in `folder`."""
    if not url:
        # Not as a URL: the name of the folder may contain any character.
        name = str(folder / SQLITE)
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name}
    found: dict[str, Any] = environ.Env.db_url_config(url)
    return found


def keep_private(sqlite: Path) -> None:
    """Create the SQLite file if it is missing, and make it private under any umask.

    SQLite gives the same mode to the files beside it.
    """
    with suppress(OSError):  # SQLite itself will report why it cannot be used
        descriptor = os.open(sqlite, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "rb") as file:
            begins = file.read(len(SQLITE_MAGIC))
        if begins not in {b"", SQLITE_MAGIC}:
            return  # not an SQLite file: SQLite will refuse it, and its mode stays
        for end in ("", "-wal", "-shm"):
            _tighten(sqlite.with_name(sqlite.name + end), 0o600)


def _may_be_tightened(folder: Path) -> bool:
    """Whether making the folder private locks no one out: it is ours, or empty."""
    names = {path.name for path in folder.iterdir()}
    return not names or not names.isdisjoint(OURS)


def _tighten(path: Path, mode: int) -> None:
    with suppress(FileNotFoundError):
        if path.stat().st_mode & OTHERS:
            path.chmod(mode)

"""`runtime.json` in the data folder: by it every command finds what `manage.py up` runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from platform_site.local.damaged_files import set_aside
from platform_site.local.secret_files import draft
from platform_site.variable_kinds import redis_url

NAME = "runtime.json"


def write_runtime(folder: Path, runtime: dict[str, str]) -> None:
    """Record what runs; whoever reads at this moment finds the old file or the new one."""
    path = folder / NAME
    if path.is_dir():  # which no file can take the place of
        set_aside(path)
    text = json.dumps(runtime | {"folder": _identity(folder)})
    draft(folder, NAME, text).replace(path)


def remove_runtime(folder: Path) -> None:
    """Nothing runs any more."""
    (folder / NAME).unlink(missing_ok=True)


def embedded_redis_url(folder: Path) -> str | None:
    """The URL of the embedded Valkey of this very folder, if `manage.py up` recorded one.

    A copy of the folder has a copy of the record, and must not reach the server of the
    site that it was copied from.
    """
    try:
        record = _read(folder / NAME)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        sys.stderr.write(
            f"{folder / NAME} cannot be read and is ignored; "
            "`manage.py up` makes it anew.\n"
        )
        return None
    return (
        record.get("redis_url") if record.get("folder") == _identity(folder) else None
    )


def _read(path: Path) -> dict[str, str]:
    """The record; raises `ValueError` for one of another shape."""
    try:
        record: Any = json.loads(path.read_text())
    except RecursionError as error:
        raise ValueError from error
    if not isinstance(record, dict) or not all(
        isinstance(value, str) for value in record.values()
    ):
        raise ValueError
    if "redis_url" in record:
        redis_url(record["redis_url"])
    return record


def _identity(folder: Path) -> str:
    """By this a folder is told from every copy of it, wherever either is moved to."""
    status = folder.stat()
    return f"{status.st_dev}:{status.st_ino}"

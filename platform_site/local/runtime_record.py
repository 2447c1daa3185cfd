"""`runtime.json` in the data folder, where commands find the services of `manage.py up`."""

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
    """Write the record atomically: a reader finds the old file or the new one."""
    path = folder / NAME
    if path.is_dir():  # no file can replace a folder
        set_aside(path)
    text = json.dumps(runtime | {"folder": _identity(folder)})
    draft(folder, NAME, text).replace(path)


def remove_runtime(folder: Path) -> None:
    """Remove the record once nothing runs any more."""
    (folder / NAME).unlink(missing_ok=True)


def embedded_redis_url(folder: Path) -> str | None:
    """The URL of the embedded Valkey of this folder, if `manage.py up` has recorded one.

    A copy of the folder contains a copy of the record, which must not lead to the server of
    the original site: then None.
    """
    try:
        record = _read(folder / NAME)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        sys.stderr.write(
            f"{folder / NAME} cannot be read and is ignored: "
            "`manage.py up` will create it again.\n"
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
    """Identifies a folder even if it is moved, and distinguishes it from its copies."""
    status = folder.stat()
    return f"{status.st_dev}:{status.st_ino}"

"""The disk: whether the folders of the site on this machine can be written to."""

from __future__ import annotations

import errno
import os
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.db import connection

# Smaller files may fit into the last block of a full disk.
TRIAL = bytes(64 * 1024)
NEARLY_FULL_SHARE = 0.05
NEARLY_FULL_BYTES = 1024**3
_OF_ERRNO = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EFBIG: "disk_full",  # a limit on the size of files
    errno.EROFS: "disk_read_only",
    errno.EACCES: "disk_read_only",
    errno.EPERM: "disk_read_only",
    errno.ENOENT: "disk_missing",
    errno.ENOTDIR: "disk_missing",
    errno.EIO: "disk_silent",
    errno.ESTALE: "disk_silent",
}


def probe(now: datetime) -> dict[str, Any]:
    """The cause found in the first folder that has one."""
    found = filter(None, map(state_of, folders()))
    return {"disk": next(found, "")}


def folders() -> list[Path]:
    """The folders of SQLite and of the embedded Redis, where the site uses them."""
    needed = []
    if getattr(settings, "REDIS_IS_EMBEDDED", False):
        needed.append(Path(settings.DATA_DIR))
    if connection.vendor == "sqlite" and not connection.is_in_memory_db():  # type: ignore[attr-defined]
        name = str(connection.settings_dict["NAME"])
        needed.append(Path(name.removeprefix("file:").partition("?")[0]).parent)
    return list(dict.fromkeys(needed))


def state_of(folder: Path) -> str:
    """Write an unnamed file to `folder`; the code of the cause if it fails, else empty."""
    try:
        with TemporaryFile(dir=folder) as trial:
            trial.write(TRIAL)
            trial.flush()
        disk = os.statvfs(folder)
    except OSError as error:
        return _OF_ERRNO.get(error.errno or 0, "")
    free, size = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
    if free < min(NEARLY_FULL_BYTES, NEARLY_FULL_SHARE * size):
        return "disk_nearly_full"
    return ""

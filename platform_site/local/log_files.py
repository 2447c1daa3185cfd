"""The log files of the services that `manage.py up` runs: `DATA_DIR/logs/<name>.log`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import IO

LARGEST_BYTES = 10 * 1024 * 1024


def open_log(folder: Path, name: str) -> IO[bytes]:
    """The log of the service `name`, opened for a process to append to."""
    logs = folder / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    return (logs / f"{name}.log").open("ab")


def trim_logs(folder: Path) -> None:
    """Move the contents of each log above `LARGEST_BYTES` to `<name>.log.1`.

    The file itself stays, because its process keeps it open and appends to it. A line written
    between copy and truncation is lost; a full disk would be worse.
    """
    for log in (folder / "logs").glob("*.log"):
        if log.stat().st_size > LARGEST_BYTES:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)

"""Damaged files, moved out of the way under another name."""

from __future__ import annotations

import shutil
from pathlib import Path

MOST_KEPT = 3
WORD = "damaged"


def set_aside(path: Path) -> Path:
    """Rename a file or folder to `<name>.damaged-<number>`; returns the new path.

    Only the newest `MOST_KEPT` are kept, so that they never fill a disk.
    """
    before = sorted(path.parent.glob(f"{path.name}.{WORD}-*"), key=_number)
    for old in before[: len(before) - MOST_KEPT + 1]:
        remove(old)
    number = _number(before[-1]) + 1 if before else 1
    return path.rename(path.with_name(f"{path.name}.{WORD}-{number}"))


def remove(path: Path) -> None:
    """Delete a file, or a folder with its contents."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _number(path: Path) -> int:
    end = path.name.rpartition("-")[2]
    return int(end) if end.isascii() and end.isdigit() else 0

"""The Pythons of this computer: on PATH, and of pyenv."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

Version = tuple[int, int]
# What the package names in its classifiers.
OLDEST, NEWEST = (3, 11), (3, 13)
NEEDED_BY_DJANGO_6 = (3, 12)


def oldest() -> str:
    """An interpreter of the oldest version that we support, or else our own."""
    return _pythons().get(OLDEST, sys.executable)


def newest() -> str | None:
    """The newest one on which Django 6 runs; None if there is none."""
    found = _pythons()
    newest = max(found)
    return found[newest] if newest >= NEEDED_BY_DJANGO_6 else None


def _pythons() -> dict[Version, str]:
    found = {sys.version_info[:2]: sys.executable}
    for path in _candidates():
        version = _version(path)
        if version and OLDEST <= version <= NEWEST:
            found.setdefault(version, path)
    return found


def _candidates() -> Iterator[str]:
    for minor in range(OLDEST[1], NEWEST[1] + 1):
        if path := shutil.which(f"python3.{minor}"):
            yield path
    for folder in Path("~/.pyenv/versions").expanduser().glob("3.*"):
        yield str(folder / "bin" / "python")


def _version(python: str) -> Version | None:
    """A file of this name may be a stand-in for an interpreter that is not chosen."""
    try:
        run = subprocess.run([python, "--version"], capture_output=True, text=True)
    except OSError:
        return None
    found = re.match(r"Python (\d+)\.(\d+)", run.stdout)
    return (int(found[1]), int(found[2])) if found and not run.returncode else None


if __name__ == "__main__" and newest() is None:
    outcome = "a failure" if os.environ.get("CI") == "true" else "skipped"
    print(f"wheel on Django 6 ... {outcome}, as there is no newer Python", flush=True)

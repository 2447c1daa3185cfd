"""Secrets that are generated once and kept in the data folder."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from platform_site.local.damaged_files import set_aside
from workflows.kit.conf_kinds import Kind, matching, one_line

# One word, as we and Django generate it; other contents are not a secret.
WORD = re.compile(r"[^\s{}\[\]\"']+")
SHORTEST_KEY = 32
FEWEST_CHARACTERS = 5


def secret(folder: Path, name: str, *, size: int = 48) -> str:
    """A secret of `size` random bytes, generated once and kept in `folder` with mode 600.

    Processes that start at the same time get the same one, and none reads half of it. A file
    that cannot hold a secret is set aside, and reported with one line on stderr.
    """
    path = folder / name
    try:
        return stored(path, size=size) or _generate(path, size=size)
    except OSError as error:
        # Every command reads the settings: one line instead of a traceback.
        sys.exit(f"{path} cannot be used: {error.strerror}.")


def stored(path: Path, *, size: int) -> str | None:
    """The secret in a file; None if there is none of at least `size` bytes."""
    with suppress(FileNotFoundError, IsADirectoryError, ValueError):
        text = matching(WORD, one_line(path.read_text().strip()))
        if len(text) >= size and len(set(text)) >= FEWEST_CHARACTERS:
            return text
    return None


def _generate(path: Path, *, size: int) -> str:
    with _folder_lock(path.parent):
        if known := stored(path, size=size):  # another process was faster
            return known
        if os.path.lexists(path):
            kept = set_aside(path)
            sys.stderr.write(
                f"{path} was damaged and has been replaced; the old file is now {kept.name}.\n"
            )
        text = secrets.token_urlsafe(size)
        draft(path.parent, path.name, text).replace(path)
        return text


def secret_key(text: str) -> str:
    """The text, if it is fit to sign sessions; raises `ValueError` if it could be guessed."""
    if len(text) < SHORTEST_KEY or len(set(text)) < FEWEST_CHARACTERS:
        raise ValueError
    return text


SECRET_KEY = Kind(
    "it must be at least 32 characters that cannot be guessed", secret_key
)


def draft(folder: Path, name: str, text: str) -> Path:
    """A private file with `text` under a unique name, ready to be renamed into place."""
    path = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
    except OSError:  # leave no half-written file on a full disk
        path.unlink()
        raise
    return path


@contextmanager
def _folder_lock(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

"""Where this installation keeps what it writes, and what runs from there.

Everything is found from `DATA_DIR` alone: the SQLite file, the secret key and, in
`runtime.json`, the address of the embedded Valkey while `manage.py up` is running.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import warnings
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """The folder of `DATA_DIR` (default `var/`), made with mode 700 if it is absent."""
    folder = Path(os.environ.get("DATA_DIR") or BASE_DIR / "var").resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        # Every command reads the settings: one line instead of their traceback.
        sys.exit(f"DATA_DIR: {folder} cannot be made a folder: {error.strerror}.")
    return folder


def database(url: str, folder: Path) -> dict[str, Any]:
    """The database of the URL; without one, the SQLite file in `folder`."""
    if not url:
        # Not by a URL: a folder may have any characters in its name.
        name = str(folder / "ostinato.sqlite3")
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it warns of is said below
        found: dict[str, Any] = environ.Env.db_url_config(url)
    if "." not in found.get("ENGINE", ""):  # no module of a backend
        sys.exit(
            "DATABASE_URL cannot be read: it looks like "
            "postgresql://user:password@host/name or sqlite:////folder/file."
        )
    return found


def embedded_redis_url(folder: Path) -> str | None:
    """The URL of the embedded Valkey that `manage.py up` recorded, if it did."""
    try:
        runtime = json.loads((folder / "runtime.json").read_text())
    except FileNotFoundError:
        return None
    except ValueError as error:
        message = f"{folder / 'runtime.json'} is not JSON: delete it and start again."
        raise ImproperlyConfigured(message) from error
    return str(runtime["redis_url"]) if "redis_url" in runtime else None


def write_runtime(folder: Path, runtime: dict[str, str]) -> None:
    """Record what runs; whoever reads at this moment finds the old file or the new one."""
    _draft(folder, "runtime.json", json.dumps(runtime)).replace(folder / "runtime.json")


def secret(folder: Path, name: str, *, size: int = 48) -> str:
    """A secret of `size` random bytes, made once and kept in `folder` with mode 600.

    Created under a private name and linked into place, so that two processes that start
    together end up with the same one and nobody ever reads half a key.
    """
    path = folder / name
    if not path.exists():
        draft = _draft(folder, name, secrets.token_urlsafe(size))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def _draft(folder: Path, name: str, text: str) -> Path:
    """A file with `text` under a name of its own that only we can read."""
    draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return draft

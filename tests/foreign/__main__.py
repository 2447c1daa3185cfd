"""Try the wheel in projects of somebody else's: `python -m tests.foreign`.

Builds it from a source distribution, installs it in a fresh virtual environment for each of two
versions of Django, and runs there the tests of `project/`. `start.py test --all` calls this.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from platform_site.check import NAMES
from platform_site.local.data_dir import BASE_DIR
from platform_site.local.valkey import EmbeddedValkey
from tests.examples.reader import Reader
from tests.foreign import pythons

HERE = Path(__file__).parent
# Of a checkout, which must not stand in for what the wheel lacks.
NOT_INHERITED = ("PYTHONPATH", "DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL")


class Failed(Exception):
    """A step failed, and this is what it wrote."""


@dataclass(frozen=True)
class Host:
    """A virtual environment with a copy of the project, in a folder of its own."""

    name: str
    python: str
    django: str
    extras: str

    def try_wheel(self, wheel: Path, folder: Path) -> str:
        """Returns what the tests wrote. Raises `Failed`."""
        project, python = folder / "project", str(folder / "venv" / "bin" / "python")
        shutil.copytree(HERE / "project", project)
        _run([self.python, "-m", "venv", folder / "venv"])
        pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "-q"]
        _run([*pip, self.django, wheel])
        _run([python, HERE / "import_all.py"])
        with _valkey(folder / "valkey") as url:
            _follow_quickstart(python, folder / "quickstart", url)
            others = ("pytest", "django-tasks-db")
            _run([*pip, self.django, f"{wheel}[{self.extras}]", *others])
            tests = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
            return _run([*tests, *sys.argv[1:]], cwd=project, REDIS_URL=url)


def _follow_quickstart(python: str, folder: Path, redis_url: str) -> None:
    """Raises if no function is fired by what the document says."""
    folder.mkdir()
    reader = Reader(folder, redis_url, python)
    try:
        reader.follow()
        reader.schedule()
        reader.ledger_once_fired()
    finally:
        reader.stop()


def main() -> int:
    """Returns 0 if all that can be tried passes."""
    hosts = list(_hosts())
    with tempfile.TemporaryDirectory(prefix="ostinato-foreign-") as name:
        folder = Path(name)
        wheel = _build(folder / "dist")
        with ThreadPoolExecutor() as at_once:
            tried = {
                host: at_once.submit(host.try_wheel, wheel, folder / str(number))
                for number, host in enumerate(hosts)
            }
        failed = False
        for host, future in tried.items():
            error = future.exception()
            print(f"\n{host.name}\n{error or future.result()}")
            failed |= error is not None
    lacks_one = len(hosts) < 2
    if lacks_one:
        print("Not tried on Django 6, which needs a newer Python.")
    return int(failed or (lacks_one and os.environ.get("CI") == "true"))


def _hosts() -> Iterator[Host]:
    yield Host("Django 5.2", pythons.oldest(), "django>=5.2,<5.3", "docs,tokens,tasks")
    if newest := pythons.newest():
        yield Host("Django 6", newest, "django>=6,<7", "docs,tokens")


def _build(dist: Path) -> Path:
    _run([sys.executable, "-m", "build", "--outdir", dist, BASE_DIR])
    (wheel,) = dist.glob("ostinato-*.whl")
    if missing := _files() - set(ZipFile(wheel).namelist()):
        raise Failed(f"The wheel lacks {', '.join(sorted(missing))}.")
    return wheel


def _files() -> set[str]:
    """The files of our packages: code, templates, styles, scripts, icons, types."""
    found = (path for name in NAMES for path in (BASE_DIR / name).rglob("*.*"))
    return {
        path.relative_to(BASE_DIR).as_posix()
        for path in found
        if path.is_file() and path.suffix != ".pyc"
    }


@contextmanager
def _valkey(folder: Path) -> Iterator[str]:
    folder.mkdir()
    valkey = EmbeddedValkey(folder)
    process = valkey.start()
    try:
        if not valkey.wait_until_ready(process):
            raise Failed((folder / "valkey.log").read_text())
        yield valkey.url
    finally:
        process.terminate()
        process.wait(timeout=10)


def _run(command: Sequence[str | Path], cwd: Path | None = None, **env: str) -> str:
    kept = {name: os.environ[name] for name in os.environ if name not in NOT_INHERITED}
    run = subprocess.run(
        list(map(str, command)),
        env=kept | env,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if run.returncode:
        words = " ".join(str(word) for word in command[:6])
        raise Failed(f"{words} ... ended with {run.returncode}:\n{run.stdout[-20000:]}")
    return run.stdout


if __name__ == "__main__":
    sys.exit(main())

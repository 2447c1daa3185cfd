"""A site that `manage.py up` runs for a test, as a person would run it."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from platform_site.local.child_processes import free_port
from platform_site.local.data_dir import BASE_DIR

NOT_INHERITED = {"REDIS_URL", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"}


@dataclass
class RunningSite:
    """`manage.py up` on a port and a data folder of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def printed(self) -> str:
        return (self.folder.parent / f"{self.folder.name}.out").read_text()

    def wait_until_printed(self, text: str) -> None:
        deadline = time.monotonic() + 120  # on a busy machine
        while text not in self.printed():
            assert time.monotonic() < deadline, self.printed()
            assert self.process.poll() is None, self.printed()
            time.sleep(0.05)

    def processes(self) -> list[psutil.Process]:
        """All that run on this data folder, `manage.py up` itself left out."""
        found = [p for p in psutil.process_iter() if _belongs_to(self.folder, p)]
        return [p for p in found if p.pid != self.process.pid]

    def find(self, word: str) -> psutil.Process | None:
        """A process with `word` in its command line."""
        return next(
            (p for p in self.processes() if word in " ".join(p.cmdline())), None
        )

    def is_ready(self) -> bool:
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def nothing_is_left(self) -> bool:
        """Whether all processes have ended, waiting a little for the kernel."""
        psutil.wait_procs(self.processes(), timeout=5)
        return not self.processes()


def environment(folder: Path) -> dict[str, str]:
    """What a person's shell has who knows nothing but the data folder."""
    kept = {k: v for k, v in os.environ.items() if k not in NOT_INHERITED}
    return kept | {"DATA_DIR": str(folder)}


def manage(
    folder: Path, *words: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a `manage.py` command on a data folder, with these environment variables."""
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(
        command,
        env=environment(folder) | variables,
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@contextmanager
def running_site(folder: Path, *options: str) -> Iterator[RunningSite]:
    """A site that has reported that it is running; it is stopped afterwards."""
    port = free_port()
    command = [sys.executable, "manage.py", "up", "--port", str(port), *options]
    with (folder.parent / f"{folder.name}.out").open("w") as output:
        process = subprocess.Popen(
            command,
            env=environment(folder),
            cwd=BASE_DIR,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    site = RunningSite(folder, port, process)
    try:
        site.wait_until_printed("Ctrl-C")
        yield site
    finally:
        process.terminate()
        try:
            process.wait(timeout=25)
        finally:
            process.kill()


def _belongs_to(folder: Path, process: psutil.Process) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        # Valkey overwrites its environment with its title, but works in its folder.
        where = Path(process.cwd())
        return (
            process.environ().get("DATA_DIR") == str(folder) or folder in where.parents
        )
    except psutil.Error:
        return False

"""The processes of a drill: Valkey, schedulers, workers; how they end and start again."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platform_site.local.valkey import EmbeddedValkey
from tests.chaos.counter import Marks
from tests.chaos.databases import Database
from tests.integration.processes import Manage


class Site:
    def __init__(self, folder: Path, database: Database, seed: int) -> None:
        self.folder = folder
        self.database = database
        self.random = random.Random(seed)
        self.marks = Marks()
        self.valkey = EmbeddedValkey(folder / "valkey")
        self.counts: Counter[str] = Counter()
        self.schedulers: list[Manage] = []
        self.workers: list[Manage] = []
        self._valkey_process: subprocess.Popen[bytes] | None = None

    def count(self, what: str, times: int = 1) -> None:
        """For the summary: something worth knowing about the faults happened."""
        self.counts[what] += times

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "platform_site.settings",
            "DATABASE_URL": self.database.url,
            "REDIS_URL": self.valkey.url,
            "DATA_DIR": str(self.folder),
            "HTTP_NODE_ALLOWED_ORIGINS": self.marks.origin,
        }

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Valkey and the counter; every process of the site is gone at the end."""
        self.start_valkey()
        try:
            with self.marks.counting():
                yield
        finally:
            for process in [*self.schedulers, *self.workers]:
                kill(process)
            self.stop_valkey()

    def start_valkey(self) -> None:
        self._valkey_process = self.valkey.start()
        ready = self.valkey.wait_until_ready(self._valkey_process)
        assert ready, self.valkey.log.read_text()

    def stop_valkey(self) -> None:
        if self._valkey_process is not None:
            self._valkey_process.kill()
            self._valkey_process.wait()

    def empty_valkey(self) -> None:
        """What it kept on disk is gone; for a stopped one."""
        for kept in self.valkey.folder.glob("appendonly*"):
            shutil.rmtree(kept)

    def start_scheduler(self) -> None:
        self.schedulers.append(self._manage("rqscheduler"))

    def start_worker(self) -> None:
        self.workers.append(self._manage("rqworker"))

    def _manage(self, *arguments: str) -> Manage:
        log = self.folder / f"{arguments[0]}-{time.monotonic_ns()}.log"
        return Manage(os.environ | self.environment, log, *arguments)

    def end_of_logs(self, lines: int = 40) -> str:
        """For a report: the end of what each process said."""
        return "\n".join(
            f"--- {log.name}\n" + "\n".join(log.read_text().splitlines()[-lines:])
            for log in sorted(self.folder.glob("rq*.log"))
        )


def kill(process: Manage) -> None:
    """kill -9, whether it was stopped, dead or alive."""
    if process.process.poll() is None:
        process.send(signal.SIGKILL)
    process.process.wait()

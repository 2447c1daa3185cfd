"""Real `manage.py` processes, and waiting for what they do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from platform_site.local.data_dir import BASE_DIR


def wait_until(what: Callable[[], object], *, seconds: float = 40) -> None:
    """Return as soon as `what()` is true; fail after `seconds`."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.02)


def is_over(pid: int) -> bool:
    """Whether the process has ended, although its parent may not have asked how."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class Manage:
    """One `manage.py` process in a process group of its own; its log is a file."""

    def __init__(self, env: Mapping[str, str], log: Path, *arguments: str) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=BASE_DIR,
                env=dict(env),
                stdin=subprocess.PIPE,  # nobody ever writes to it, as at a terminal
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def send(self, signum: signal.Signals) -> None:
        os.kill(self.process.pid, signum)

    def end(self, signum: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and return the exit status."""
        if self.process.poll() is None:
            self.send(signum)
        status = self.process.wait(timeout=20)
        self.close()
        return status

    def close(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()


@contextmanager
def manage(env: Mapping[str, str], folder: Path, *arguments: str) -> Iterator[Manage]:
    """The process while the body runs; pytest shows its log if the test fails."""
    log = folder / f"{arguments[0]}-{time.monotonic_ns()}.log"
    child = Manage(env, log, *arguments)
    try:
        yield child
    finally:
        if child.process.poll() is None:
            child.end(signal.SIGKILL)
        child.close()
        sys.stderr.write(f"--- {' '.join(arguments)}\n{log.read_text()}\n")

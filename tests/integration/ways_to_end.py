"""What workers of the tests run: a function that starts processes, and ends as it is told."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.integration.sessions import living
from workflows.functions import workflow_function

SLEEP = "sleep 713"


@workflow_function
def start_and_end(folder: str, end: str) -> str:
    """Start processes of many kinds, note our session in the folder, then `end`."""
    start_processes()
    (Path(folder) / "session").write_text(str(os.getsid(0)))
    ENDS[end]()
    return "done"


def start_processes() -> None:
    subprocess.Popen(f"{SLEEP} | cat", shell=True)
    # As `timeout` does, and each job of a shell with job control.
    subprocess.Popen(SLEEP.split(), process_group=0)
    subprocess.Popen(["bash", "-c", f"set -m; {SLEEP} & wait"])
    if child := os.fork():
        os.waitpid(child, 0)
    elif os.fork():
        os._exit(0)
    else:  # the parent of this one is gone, and it holds whatever it inherited
        time.sleep(713)
    # A shell that has begun has not yet started what it is told to.
    while (names := _names())["sleep"] < 3 or not names["cat"]:
        time.sleep(0.05)


def _names() -> Counter[str]:
    """Of the processes in our session."""
    return Counter(process.name() for process in living(os.getsid(0)))


def swallow(*, again: bool = False) -> None:
    try:
        time.sleep(713)
    except BaseException:  # noqa: BLE001
        if again:
            swallow(again=True)


def fork_and(end: Callable[[], object]) -> None:
    """The child ends as a script would; we wait for it."""
    if child := os.fork():
        os.waitpid(child, 0)
        time.sleep(0.2)
    else:
        end()


def swallow_and(end: Callable[[], object]) -> None:
    swallow()
    end()


def fail() -> None:
    raise ValueError("a secret")


ENDS: dict[str, Callable[[], object]] = {
    "ask": input,  # as a management command that asks a question
    "return": lambda: None,
    "raise": fail,
    "sleep": lambda: time.sleep(713),
    "swallow once": swallow,
    "swallow always": lambda: swallow(again=True),
    "exit": sys.exit,
    "exit 0": lambda: sys.exit(0),
    "exit 3": lambda: sys.exit(3),
    "exit with a text": lambda: sys.exit("a secret"),
    "_exit 0": lambda: os._exit(0),
    "_exit 3": lambda: os._exit(3),
    "a child returns": lambda: fork_and(lambda: None),
    "a child raises": lambda: fork_and(fail),
    "a child exits": lambda: fork_and(lambda: sys.exit(0)),
    "swallow and exit": lambda: swallow_and(lambda: sys.exit(0)),
    "swallow and raise": lambda: swallow_and(fail),
    "swallow and _exit": lambda: swallow_and(lambda: os._exit(0)),
    "exec": lambda: os.execvp("sleep", SLEEP.split()),
    "SIGSTOP": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "SIGKILL": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "SIGSEGV": lambda: ctypes.string_at(0),
}

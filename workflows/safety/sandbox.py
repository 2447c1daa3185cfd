"""Runs code that may take any amount of time or memory in a forked child with limits.

Users write templates, and `{{ 10 ** 10 ** 10 }}` holds the interpreter's lock until it is
computed: no thread, timer or trace in the same process can stop it. Counting loops in the
template engine would not stop `'x'.center(10 ** 10)`. A child process can be killed, and
its memory limited. Forking takes a few milliseconds, once per node.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

SECONDS = 2.0
MEMORY = 256 * 1024 * 1024
CHUNK = 64 * 1024


class SandboxLimitExceeded(Exception):
    """The code took too long or too much memory; the message is a sentence that says which."""


def run_sandboxed(work: Callable[[], Any], *, seconds: float = SECONDS) -> Any:
    """The JSON value that `work` returns. Raises `SandboxLimitExceeded`.

    `work` runs in a forked child: it must not use the database, the network or the log.
    """
    reader, writer = os.pipe()
    child = _fork()
    if child == 0:
        _work_and_exit(work, writer, seconds)
    try:
        os.close(writer)
        answer = _read(reader, time.monotonic() + seconds)
    finally:
        # In any case, a timeout of the caller included, the child ends as well.
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reader)
    if not answer:
        raise SandboxLimitExceeded("It took too much memory.")
    return json.loads(answer)


def _fork() -> int:
    with warnings.catch_warnings():
        # Python 3.12 warns if there are other threads. The child takes none of their
        # locks: it computes, writes to its pipe and exits.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _work_and_exit(work: Callable[[], Any], writer: int, seconds: float) -> NoReturn:
    try:
        gc.disable()  # no object of the parent may be finalised here
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        _limit(seconds)
        answer = json.dumps(work(), allow_nan=False).encode()
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(answer)
    finally:
        # No cleanup of the parent's buffers, connections or tests. No answer means that
        # memory ran out.
        os._exit(0)


def _limit(seconds: float) -> None:
    cpu = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    if sys.platform == "linux":  # elsewhere the address space cannot be limited
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        size = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _read(reader: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            raise SandboxLimitExceeded("It took too long.")
        part = os.read(reader, CHUNK)
        if not part:
            return b"".join(parts)
        parts.append(part)

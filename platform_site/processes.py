"""Starting child processes that never outlive this one."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import IO

PR_SET_PDEATHSIG = 1


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    output: IO[bytes] | int | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, with `stdin` as its whole input.

    Its own session keeps the terminal's Ctrl-C away from it: whoever spawned it ends it,
    in order. On Linux the kernel kills it when the thread that called this ends, be it by
    `kill -9`; so call this from a thread that lives as long as the process.
    """
    child = subprocess.Popen(  # noqa: S603 (the caller's own words, no shell)
        command,
        env=env,
        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent(os.getpid()),
    )
    if child.stdin is not None:
        with child.stdin as pipe:
            pipe.write((stdin or "").encode())
    return child


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    """What the child does between fork and exec; None where the kernel has no such call."""
    if not sys.platform.startswith("linux"):
        return None
    # Loaded here, not in the child: after a fork only what is already there is safe.
    prctl = ctypes.CDLL(None).prctl

    def ask_for_death_signal() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before we could ask
            os._exit(1)

    return ask_for_death_signal

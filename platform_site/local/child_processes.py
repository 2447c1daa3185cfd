"""Starting child processes that never outlive this one."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1


def spawn(
    command: Sequence[str],
    *,
    output: IO[bytes],
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str = "",
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, with `stdin` as its whole input and the
    open files `keep`.

    Its own session keeps the terminal's Ctrl-C away from it: whoever spawned it ends it,
    in order. On Linux the kernel kills it when the thread that called this ends, be it by
    `kill -9`; so call this from a thread that lives as long as the process.
    """
    child = subprocess.Popen(  # noqa: S603 (the caller's own words, no shell)
        command,
        env=env,
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=keep,
        preexec_fn=_die_with_parent(os.getpid()),
    )
    assert child.stdin is not None
    with child.stdin as pipe:
        pipe.write(stdin.encode())
    return child


def end_group(child: subprocess.Popen[bytes]) -> None:
    """Kill `child` and what it started, unless it has ended."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def how_it_ended(returncode: int) -> str:
    """The end of a process in words."""
    if returncode < 0:
        return f"was ended by {signal.Signals(-returncode).name}"
    return f"ended with status {returncode}"


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    # A wildcard listener too is in the way; macOS would let both bind.
    for address in ("127.0.0.1", "0.0.0.0"):  # noqa: S104 (bound for an instant)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


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

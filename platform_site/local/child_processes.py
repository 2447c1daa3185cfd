"""Child processes that never outlive this one, and free ports for them."""

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
    """Start `command` in its own session, with `stdin` as its whole input. It inherits the
    open files `keep`.

    In its own session the terminal's Ctrl-C does not reach it: its parent ends it, in order. On
    Linux the kernel kills it when the calling thread ends, even by `kill -9`: call this from a
    thread that lives as long as the process.
    """
    child = subprocess.Popen(  # noqa: S603 (the caller's own command, no shell)
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
    """Kill `child` and all processes of its group, unless it has ended."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def how_it_ended(returncode: int) -> str:
    """How a process ended, as part of a sentence."""
    if returncode < 0:
        return f"was ended by {signal.Signals(-returncode).name}"
    return f"ended with status {returncode}"


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    # A listener on all addresses is in the way too; macOS would let both bind.
    for address in ("127.0.0.1", "0.0.0.0"):  # noqa: S104 (bound for an instant)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


def free_port() -> int:
    """A TCP port of 127.0.0.1 that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    """The function to run in the child between fork and exec; None except on Linux."""
    if not sys.platform.startswith("linux"):
        return None
    # Loaded here, not in the child: after a fork, loading a library is not safe.
    prctl = ctypes.CDLL(None).prctl

    def request_death_signal() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it had ended before the request
            os._exit(1)

    return request_death_signal

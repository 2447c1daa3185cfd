"""The reaper: a small process that ends the work processes of a worker that was killed.

The worker reports its sessions to it, and it ends them when the worker is gone. It imports
little of the standard library and nothing else, since every worker has one all the time.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

from workflows.processes.session import end_session, named, started

WORKER = 0  # standard input is a socket to the worker
CHUNK = 4096


def main() -> None:
    """Listen to the worker until it has ended, then end its sessions."""
    if os.fork():
        # A signal to the worker and all its children must not end the reaper.
        os._exit(0)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    watched = Watched()
    with suppress(OSError):  # the worker may be gone already
        os.write(WORKER, f"{os.getpid()}\n".encode())
    for data in _received(int(sys.argv[1])):
        watched.update(data)
    watched.end()


class Watched:
    """The sessions of the worker, each with the start time of its leader."""

    def __init__(self) -> None:
        self._sessions: dict[int, str] = {}
        self._rest = b""

    def update(self, data: bytes) -> None:
        """Apply the worker's lines: `+12` when session 12 begins, `-12` when it has ended."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            session = int(line[1:])
            if line.startswith(b"+"):
                self._sessions[session] = started(session)
            else:
                self._sessions.pop(session, None)

    def end(self) -> None:
        """End the sessions, except one whose number now belongs to another process."""
        for session, began in self._sessions.items():
            if started(session) in ("", began) and (ended := end_session(session)):
                _log(session, ended)


def _received(worker: int) -> Iterator[bytes]:
    """The data that the worker sends, until it has ended and all of it is received.

    A process that the worker forked may keep the socket open, so the worker itself is
    watched as well.
    """
    events = select.poll()
    events.register(WORKER, select.POLLIN)
    with suppress(OSError, AttributeError):  # not on macOS
        events.register(os.pidfd_open(worker), select.POLLIN)
    while any(file == WORKER for file, _ in events.poll()):
        try:
            data = os.read(WORKER, CHUNK)
        except OSError:  # the worker was killed before it read our process id
            return
        if not data:
            return
        yield data


def _log(session: int, ended: list[str]) -> None:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    sys.stderr.write(
        f"timestamp={at} level=warning logger={__name__} event=leftovers_ended "
        f'session={session} processes="{named(ended)}"\n'
    )

"""The reaper: a small process that ends what a worker leaves behind when it is killed.

It is told which sessions the worker is in charge of, and ends them when the worker is gone.
Standard library only, and little of it: there is one for every worker, all the time.
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

WORKER = 0  # standard input is a socket; the worker has the other end
CHUNK = 4096


def main() -> None:
    """Listen to the worker until it has ended, then end its sessions."""
    if os.fork():
        # Whoever ends the worker with all its children must not find us among them.
        os._exit(0)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    watched = Watched()
    with suppress(OSError):  # it may be gone already
        os.write(WORKER, f"{os.getpid()}\n".encode())
    for words in _words(int(sys.argv[1])):
        watched.hear(words)
    watched.end()


class Watched:
    """The sessions that the worker is in charge of, each with the start of its leader."""

    def __init__(self) -> None:
        self._sessions: dict[int, str] = {}
        self._rest = b""

    def hear(self, words: bytes) -> None:
        """Take lines of the worker: `+12` when session 12 begins, `-12` when it is over."""
        *lines, self._rest = (self._rest + words).split(b"\n")
        for line in lines:
            session = int(line[1:])
            if line.startswith(b"+"):
                self._sessions[session] = started(session)
            else:
                self._sessions.pop(session, None)

    def end(self) -> None:
        """End them, except one whose number has meanwhile gone to another process."""
        for session, began in self._sessions.items():
            if started(session) in ("", began) and (ended := end_session(session)):
                _log(session, ended)


def _words(worker: int) -> Iterator[bytes]:
    """What the worker says, until it is gone and all of it has been heard.

    Some process that it forked may hold its end of the socket open, so its own end is
    watched as well.
    """
    events = select.poll()
    events.register(WORKER, select.POLLIN)
    with suppress(OSError, AttributeError):  # not on macOS
        events.register(os.pidfd_open(worker), select.POLLIN)
    while any(file == WORKER for file, _ in events.poll()):
        try:
            words = os.read(WORKER, CHUNK)
        except OSError:  # it was killed before it read our number
            return
        if not words:
            return
        yield words


def _log(session: int, ended: list[str]) -> None:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    sys.stderr.write(
        f"timestamp={at} level=warning logger={__name__} event=leftovers_ended "
        f'session={session} processes="{named(ended)}"\n'
    )

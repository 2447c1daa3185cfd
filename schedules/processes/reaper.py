"""A worker's reaper: started, told what the worker is in charge of, and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import structlog

from workflows.processes.leftovers import log_ended
from workflows.processes.session import end_session

log = structlog.get_logger(__name__)
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "import sys; sys.path.insert(0, sys.argv[2]); from workflows.processes.reaper import main; main()"
LINE = 64
RESTART_SECONDS = 1.0
STOP_SECONDS = 2.0


class Reaper:
    """The worker's side of the process that outlives it for a moment."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._session = 0
        self._pid = 0
        self._thread = threading.Thread(target=self._tend, daemon=True, name="reaper")

    def start(self) -> None:
        """Start the process; should it end, another takes its place."""
        self._spawn()
        self._thread.start()

    def stop(self) -> None:
        """Let the process end. Nothing is left that it should end."""
        with self._lock:
            self._stopping.set()
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)
        self._thread.join(STOP_SECONDS)
        self._socket.close()

    def fork(self) -> int:
        """Fork, and be in charge of the session that the child begins."""
        with self._lock:  # else a reaper started just now would not learn of it
            child = os.fork()
            self._session = child
        return child

    def watch_me(self) -> None:
        """In the child: from now on what it starts is watched.

        It says so itself: the worker might be killed before it could.
        """
        self._say(b"+", os.getpid())
        self._socket.close()

    def end(self, session: int, **names: str) -> None:
        """End what is left of a session whose leader has ended but is not yet reaped."""
        log_ended(end_session(session), **names)
        with self._lock:
            self._session = 0
            self._say(b"-", session)

    def _say(self, sign: bytes, session: int) -> None:
        try:
            self._socket.send(b"%b%d\n" % (sign, session), socket.MSG_DONTWAIT)
        except BlockingIOError:
            # It has not listened for a long time; another takes its place.
            self._kill()
        except OSError:
            pass  # it was killed, and whoever takes its place is told anew

    def _kill(self) -> None:
        if self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def _spawn(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            # Its own session keeps a terminal's Ctrl-C away from it, and a supervisor that
            # ends the worker's process group. It forks and exits at once.
            subprocess.Popen(  # noqa: S603 (our own words, no shell)
                [
                    sys.executable,
                    "-I",
                    "-S",
                    "-c",
                    PROGRAM,
                    str(os.getpid()),
                    str(ROOT),
                ],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            ).wait()
        self._socket = ours
        if self._session:
            self._say(b"+", self._session)
        self._pid = int(ours.recv(LINE) or 0)

    def _tend(self) -> None:
        """In a thread: wait for its end, and start the next."""
        while not self._stopping.is_set():
            began = time.monotonic()
            with suppress(OSError):
                while self._socket.recv(LINE):
                    pass
            self._stopping.wait(began + RESTART_SECONDS - time.monotonic())
            with self._lock:
                if not self._stopping.is_set():
                    self._replace()

    def _replace(self) -> None:
        lost = self._pid
        self._socket.close()
        try:
            self._spawn()
        except OSError:
            log.exception("reaper_not_started")  # and it is tried again
        else:
            log.warning("reaper_lost", lost=lost, started=self._pid)

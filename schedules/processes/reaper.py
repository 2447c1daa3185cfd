"""Supervision of the reaper, a process that ends what a killed worker leaves behind."""

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

from workflows.kit.logs import get_logger
from workflows.processes.leftovers import log_ended
from workflows.processes.session import end_session

log = get_logger(__name__)
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "import sys; sys.path.insert(0, sys.argv[2]); from workflows.processes.reaper import main; main()"
LINE_BYTES = 64
RESTART_SECONDS = 1.0
STOP_SECONDS = 2.0


class Reaper:
    """The side of the worker: it starts the process, names its sessions and replaces it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._sessions: set[int] = set()
        self._pid = 0
        self._thread = threading.Thread(
            target=self._supervise, daemon=True, name="reaper"
        )

    def start(self) -> None:
        """Start the process; if it ends, another is started."""
        self._spawn()
        self._thread.start()

    def stop(self) -> None:
        """Let the process end when nothing is left for it to do."""
        with self._lock:
            self._stopping.set()
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)
        self._thread.join(STOP_SECONDS)
        self._socket.close()

    def fork(self) -> int:
        """Fork, and watch the session that the child begins."""
        with self._lock:  # or a reaper that is being started would miss it
            child = os.fork()
            if child:
                self._sessions.add(child)
        return child

    def watch_me(self) -> None:
        """In the child: have its session watched from now on.

        The child reports itself because the worker may be killed before it can.
        """
        self._send(b"+", os.getpid())
        self._socket.close()

    def end(self, session: int, **names: str) -> None:
        """End the rest of a session whose leader has ended but is not reaped yet."""
        log_ended(end_session(session), **names)
        with self._lock:
            self._sessions.discard(session)
            self._send(b"-", session)

    def _send(self, sign: bytes, session: int) -> None:
        try:
            self._socket.send(b"%b%d\n" % (sign, session), socket.MSG_DONTWAIT)
        except BlockingIOError:
            # It has not read for a long time: replace it.
            self._kill()
        except OSError:
            pass  # it was killed; the next one gets the session when it starts

    def _kill(self) -> None:
        if self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def _spawn(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            # A session of its own protects it from Ctrl-C in the terminal and from a
            # supervisor that kills the worker's process group. It forks and exits at once.
            subprocess.Popen(  # noqa: S603 (constant arguments, no shell)
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
        for session in self._sessions:
            self._send(b"+", session)
        self._pid = int(ours.recv(LINE_BYTES) or 0)

    def _supervise(self) -> None:
        """In a thread: wait until the process ends, and start the next one."""
        while not self._stopping.is_set():
            began = time.monotonic()
            with suppress(OSError):
                while self._socket.recv(LINE_BYTES):
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
            log.exception("reaper_not_started")  # retried after a pause
        else:
            log.warning("reaper_lost", lost=lost, started=self._pid)

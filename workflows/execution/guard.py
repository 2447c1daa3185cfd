"""The guard of claimed work, inside the process that does it.

A thread renews the lease, looks whether the work was cancelled, and interrupts it at its
deadline; it kills the whole process when the work does not end, or when the lease can no
longer be held, so that the work can be judged lost and tried again elsewhere. Behind it is
a dead man's switch, for when the thread itself is stuck: in a database that does not
answer, or behind a node that keeps the interpreter to itself.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

import structlog
from django.db import Error, close_old_connections, connection
from django.db.models import QuerySet

from workflows.exceptions import Cancelled, TimedOut
from workflows.execution.process_state import note_kill_at
from workflows.processes.leftovers import end_leftovers

logger = structlog.get_logger(__name__)
LEASE = timedelta(seconds=10)
RENEW_EVERY_SECONDS = 3.0
RETRY_SECONDS = 1.0
# We let go a little before others may take the work for lost.
HOLD_SECONDS = LEASE.total_seconds() - 0.5
# So long after its deadline a process that works on is killed.
KILL_AFTER_SECONDS = 5.0
STDERR = 2


@dataclass(frozen=True, slots=True)
class LeaseState:
    """Whether the lease still stands, and whether the work was asked to end."""

    held: bool
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Lease:
    """Work that this process has claimed. `rows` finds its row for as long as it is ours."""

    rows: QuerySet[Any]
    deadline: datetime
    timeout_seconds: float
    names: Mapping[str, str]  # in log lines

    def renew(self, *, now: datetime) -> LeaseState:
        """LeaseState the work for another `LEASE`, if it is still ours."""
        if not self.rows.update(lease_until=now + LEASE):
            return LeaseState(held=False)
        cancelled = self.rows.filter(cancel_requested_at__isnull=False).exists()
        return LeaseState(held=True, cancelled=cancelled)


class Guard:
    """The thread, and what the work is interrupted with."""

    def __init__(self, lease: Lease, *, clock: Callable[[], datetime]) -> None:
        self._lease = lease
        self._clock = clock
        self._over = threading.Event()
        self._switch = threading.Lock()
        self._working = True
        self._ending = False
        self._raised = False
        self._why = TimedOut(lease.timeout_seconds)
        now = time.monotonic()
        self._ends_at = now + max(0.0, (lease.deadline - clock()).total_seconds())
        self._held_until = now + HOLD_SECONDS
        self._look_again = RENEW_EVERY_SECONDS
        self._thread = threading.Thread(target=self._watch, daemon=True, name="guard")

    def start(self) -> None:
        self._set_switch()
        self._thread.start()

    @contextmanager
    def work(self) -> Iterator[None]:
        """The body is the work. Then there is no deadline any more, and nothing to kill:
        what is left is to record it. What it started ends with it."""
        try:
            yield
        finally:
            self._end_work()
            end_leftovers(**self._lease.names)

    def stop(self) -> None:
        self._end_work()
        self._over.set()
        self._thread.join()

    def interrupt(self, signum: int, frame: FrameType | None) -> None:
        """The handler of SIGALRM, in the main thread, wherever the node is."""
        if self._working:
            self._raised = True
            raise self._why

    def raise_if_interrupted(self) -> None:
        """Raise once more what interrupted the work, if something has."""
        if self._raised:
            raise self._why

    def _watch(self) -> None:
        try:
            while not self._over.wait(self._until_next_look()):
                self._look()
        finally:
            connection.close()  # this thread's own

    def _until_next_look(self) -> float:
        if self._ending:
            return self._look_again
        return min(self._look_again, max(0.01, self._ends_at - time.monotonic()))

    def _look(self) -> None:
        now = time.monotonic()
        if now >= self._ends_at:
            self._interrupt_with(self._why)
        hold = self._renew()
        if hold is None:
            self._look_again = RETRY_SECONDS
            return
        self._look_again = RENEW_EVERY_SECONDS
        if not hold.held and self._working:
            self._kill()
        self._held_until = now + HOLD_SECONDS
        if hold.cancelled:
            self._ends_at = min(self._ends_at, now)
            self._interrupt_with(Cancelled())
        self._set_switch()

    def _renew(self) -> LeaseState | None:
        """What became of our hold; None when the database did not answer."""
        try:
            close_old_connections()
            return self._lease.renew(now=self._clock())
        except Error as error:
            names = self._lease.names
            logger.warning("lease_not_renewed", error=str(error), **names)
            return None

    def _interrupt_with(self, why: TimedOut) -> None:
        """Once."""
        if not self._ending and self._working:
            self._ending = True
            self._why = why
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)

    def _set_switch(self) -> None:
        """From now on the process ends by itself unless this is called again in time."""
        with self._switch:
            if self._working:
                _kill_at(min(self._ends_at + KILL_AFTER_SECONDS, self._held_until))

    def _end_work(self) -> None:
        with self._switch:
            self._working = False
            faulthandler.cancel_dump_traceback_later()
            note_kill_at(0.0)

    def _kill(self) -> None:
        logger.error("killing_own_process", why="lease", **self._lease.names)
        end_leftovers(**self._lease.names)
        os.kill(os.getpid(), signal.SIGKILL)


def _kill_at(at: float) -> None:
    """End this process at `at` on the monotonic clock.

    From inside, by a thread of C that needs no interpreter and prints where the process
    was; and by its worker, in case the process stands still, or has become another program.
    """
    seconds = max(0.01, at - time.monotonic())
    faulthandler.dump_traceback_later(seconds, exit=True, file=STDERR)
    note_kill_at(at)


@contextmanager
def guarded(lease: Lease, *, clock: Callable[[], datetime]) -> Iterator[Guard]:
    """LeaseState the lease during the body. In it, `work` is under its deadline: `TimedOut` or
    `Cancelled` is raised wherever the work is.

    For the main thread of a process only: it sets the handler of SIGALRM.
    """
    guard = Guard(lease, clock=clock)
    before = signal.signal(signal.SIGALRM, guard.interrupt)
    guard.start()
    try:
        yield guard
    finally:
        guard.stop()
        signal.signal(signal.SIGALRM, before)

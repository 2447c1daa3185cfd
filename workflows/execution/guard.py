"""The guard of claimed work, inside the process that does it.

A thread renews the lease, checks whether the work has been cancelled, and interrupts it at
its deadline. It kills the whole process if the work does not end then, or if the lease
cannot be renewed, so that the work can be declared lost and retried elsewhere. A dead man's
switch covers the case that the thread itself is stuck: because the database does not answer,
or because a node does not release the interpreter's lock.
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

from django.db import Error, close_old_connections, connection
from django.db.models import Q, QuerySet

from workflows.exceptions import Cancelled, TimedOut
from workflows.execution.process_state import note_kill_at
from workflows.kit.logs import get_logger
from workflows.processes.leftovers import end_leftovers

logger = get_logger(__name__)
LEASE = timedelta(seconds=10)
RENEW_EVERY_SECONDS = 3.0
RETRY_SECONDS = 1.0
# The process gives up slightly before others may declare its work lost.
HOLD_SECONDS = LEASE.total_seconds() - 0.5
# How long after its deadline a process that does not end is killed.
KILL_AFTER_SECONDS = 5.0
STDERR = 2
CANCELLED = Q(cancel_requested_at__isnull=False)


@dataclass(frozen=True, slots=True)
class LeaseState:
    """Whether this process still has the lease, and whether the work has been cancelled."""

    held: bool
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Lease:
    """Work that this process has claimed. `rows` selects its row while this process may work
    on it; `cancelled` is the condition that it has been asked to end."""

    rows: QuerySet[Any]
    deadline: datetime
    timeout_seconds: float
    names: Mapping[str, str]  # fields of log lines
    cancelled: Q = CANCELLED

    def renew(self, *, now: datetime) -> LeaseState:
        """Extend the lease to `LEASE` from now, if this process still has it."""
        if not self.rows.update(lease_until=now + LEASE):
            return LeaseState(held=False)
        cancelled = self.rows.filter(self.cancelled).exists()
        return LeaseState(held=True, cancelled=cancelled)


class Guard:
    """The thread that watches the work, and the exception that interrupts it."""

    def __init__(self, lease: Lease, *, clock: Callable[[], datetime]) -> None:
        self._lease = lease
        self._clock = clock
        self._over = threading.Event()
        self._switch = threading.Lock()
        self._working = True
        self._ending = False
        self._raised = False
        self._interruption = TimedOut(lease.timeout_seconds)
        now = time.monotonic()
        self._ends_at = now + max(0.0, (lease.deadline - clock()).total_seconds())
        self._held_until = now + HOLD_SECONDS
        self._check_in = RENEW_EVERY_SECONDS
        self._thread = threading.Thread(target=self._watch, daemon=True, name="guard")

    def start(self) -> None:
        self._set_switch()
        self._thread.start()

    @contextmanager
    def work(self) -> Iterator[None]:
        """The body is the work. After it the deadline no longer applies, since only the
        outcome is left to record. Processes that the work started are ended."""
        try:
            yield
        finally:
            self._end_work()
            end_leftovers(**self._lease.names)

    def let_go(self) -> None:
        """Stop watching: someone else answers for the work from now on."""
        self._end_work()

    def stop(self) -> None:
        self._end_work()
        self._over.set()
        self._thread.join()

    def interrupt(self, signum: int, frame: FrameType | None) -> None:
        """The handler of SIGALRM: it raises in the main thread, wherever the node is."""
        if self._working:
            self._raised = True
            raise self._interruption

    def raise_if_interrupted(self) -> None:
        """Raise the exception that interrupted the work again, if there was one."""
        if self._raised:
            raise self._interruption

    def _watch(self) -> None:
        try:
            while not self._over.wait(self._seconds_to_next_check()):
                self._check()
        finally:
            connection.close()  # this thread has its own

    def _seconds_to_next_check(self) -> float:
        if self._ending:
            return self._check_in
        return min(self._check_in, max(0.01, self._ends_at - time.monotonic()))

    def _check(self) -> None:
        now = time.monotonic()
        if now >= self._ends_at:
            self._interrupt_with(self._interruption)
        state = self._renew()
        if state is None:
            self._check_in = RETRY_SECONDS
            return
        self._check_in = RENEW_EVERY_SECONDS
        if not state.held and self._working:
            self._kill()
        self._held_until = now + HOLD_SECONDS
        if state.cancelled:
            self._ends_at = min(self._ends_at, now)
            self._interrupt_with(Cancelled())
        self._set_switch()

    def _renew(self) -> LeaseState | None:
        """The state of the lease; None if the database did not answer."""
        try:
            close_old_connections()
            return self._lease.renew(now=self._clock())
        except Error as error:
            names = self._lease.names
            logger.warning("lease_not_renewed", error=str(error), **names)
            return None

    def _interrupt_with(self, interruption: TimedOut) -> None:
        """Interrupt the work, once only."""
        if not self._ending and self._working:
            self._ending = True
            self._interruption = interruption
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)

    def _set_switch(self) -> None:
        """Arm the switch: the process ends unless this is called again in time."""
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
    """Have this process killed at `at` on the monotonic clock.

    By a C thread, which does not need the interpreter and prints where the process was; and
    by the worker, in case the process is stopped or has become another program.
    """
    seconds = max(0.01, at - time.monotonic())
    faulthandler.dump_traceback_later(seconds, exit=True, file=STDERR)
    note_kill_at(at)


@contextmanager
def guarded(lease: Lease, *, clock: Callable[[], datetime]) -> Iterator[Guard]:
    """Renew the lease during the body. Within `work`, `TimedOut` is raised at the deadline
    and `Cancelled` when the work is cancelled, wherever it is.

    For the main thread only: it sets the handler of SIGALRM.
    """
    guard = Guard(lease, clock=clock)
    before = signal.signal(signal.SIGALRM, guard.interrupt)
    guard.start()
    try:
        yield guard
    finally:
        guard.stop()
        signal.signal(signal.SIGALRM, before)

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
from workflows.execution.process_state import note_interruption, note_kill_at
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

    rows: Callable[[], QuerySet[Any]]
    deadline: datetime
    timeout_seconds: float
    names: Mapping[str, str]  # fields of log lines
    cancelled: Q = CANCELLED

    def renew(self, *, now: datetime) -> LeaseState:
        """Extend the lease to `LEASE` from now, if this process still has it."""
        if not self.rows().update(lease_until=now + LEASE):
            return LeaseState(held=False)
        cancelled = self.rows().filter(self.cancelled).exists()
        return LeaseState(held=True, cancelled=cancelled)


class Guard:
    """The thread that watches the work, and the exception that interrupts it."""

    def __init__(self, lease: Lease, *, clock: Callable[[], datetime]) -> None:
        self._lease = lease
        self._clock = clock
        self._is_over = False
        self._switch = threading.Lock()
        self._working = True
        self._ending = False
        self._raised = False
        self._interruption = TimedOut(lease.timeout_seconds)
        now = time.monotonic()
        self._ends_at = now + max(0.0, (lease.deadline - clock()).total_seconds())
        self._held_until = now + HOLD_SECONDS
        self._next_check = now + RENEW_EVERY_SECONDS
        # Held while the lease is looked at, and when the work is over.
        self._looking = threading.Lock()

    def start(self) -> None:
        self._set_switch()
        _watch.begin(self)

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
        with self._looking:
            self._is_over = True
        _watch.end(self)

    def interrupt(self, signum: int, frame: FrameType | None) -> None:
        """The handler of SIGALRM: it raises in the main thread, wherever the node is."""
        if self._working:
            self._raised = True
            note_interruption()
            raise self._interruption

    def raise_if_interrupted(self) -> None:
        """Raise the exception that interrupted the work again, if there was one."""
        if self._raised:
            raise self._interruption

    @property
    def next_look(self) -> float:
        """When the lease, or the deadline, is to be looked at, on the monotonic clock."""
        if self._ending:
            return self._next_check
        return min(self._next_check, self._ends_at)

    def look(self) -> None:
        """Renew the lease and interrupt the work, as far as it is time to do so."""
        with self._looking:
            if not self._is_over:
                try:
                    self._check()
                finally:
                    connection.close()  # this thread has its own

    def _check(self) -> None:
        now = time.monotonic()
        if now >= self._ends_at:
            self._interrupt_with(self._interruption)
        state = self._renew()
        if state is None:
            self._next_check = time.monotonic() + RETRY_SECONDS
            return
        self._next_check = time.monotonic() + RENEW_EVERY_SECONDS
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
            if not note_kill_at(0.0):
                faulthandler.cancel_dump_traceback_later()

    def _kill(self) -> None:
        logger.error("killing_own_process", why="lease", **self._lease.names)
        end_leftovers(**self._lease.names)
        os.kill(os.getpid(), signal.SIGKILL)


def _kill_at(at: float) -> None:
    """Have this process killed at `at` on the monotonic clock: by its worker, and without one
    by a C thread, which does not need the interpreter."""
    if not note_kill_at(at):
        seconds = max(0.01, at - time.monotonic())
        faulthandler.dump_traceback_later(seconds, exit=True, file=STDERR)


class _Watch:
    """The thread that looks after the guards of a process, one after the other.

    A thread for each run would cost more than a short run. It wakes at the next look, and
    sleeps without end while there is nothing to guard.
    """

    def __init__(self) -> None:
        self._guard: Guard | None = None
        self._wake = threading.Event()
        self._wakes_at = float("inf")
        self._process = 0

    def begin(self, guard: Guard) -> None:
        """Look after this guard from now on."""
        self._guard = guard
        self.start()
        if guard.next_look < self._wakes_at:
            self._wake.set()

    def start(self) -> None:
        """Start the thread, if this process does not have it yet."""
        if self._process != os.getpid():  # threads do not survive a fork
            self._process = os.getpid()
            self._wake = threading.Event()
            self._wakes_at = float("inf")
            threading.Thread(target=self._run, daemon=True, name="guard").start()

    def end(self, guard: Guard) -> None:
        if self._guard is guard:
            self._guard = None

    def _run(self) -> None:
        while True:
            guard = self._guard
            self._wakes_at = guard.next_look if guard else float("inf")
            if guard is self._guard:  # else another has begun meanwhile
                self._wake.wait(_seconds_until(self._wakes_at))
            self._wake.clear()
            if guard and guard is self._guard and time.monotonic() >= guard.next_look:
                guard.look()


def watch() -> None:
    """Have the thread of this process that looks after its guards."""
    _watch.start()


def _seconds_until(at: float) -> float | None:
    return None if at == float("inf") else max(0.01, at - time.monotonic())


_watch = _Watch()


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

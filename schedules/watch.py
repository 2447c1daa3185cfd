"""Watching over a claimed run inside the work horse that runs it.

A thread renews the lease, looks whether the run was cancelled, and ends the work at its
deadline; it kills the whole process when the work does not end, or when the lease can no
longer be held, so that the run can be judged lost and tried again elsewhere.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import FrameType

import structlog
from django.db import DatabaseError, close_old_connections, connection

from schedules.services.claims import LEASE, Claim, renew_lease
from workflows.exceptions import TimedOut

logger = structlog.get_logger(__name__)
RENEW_EVERY_SECONDS = 3.0
KILL_AFTER_SECONDS = 5.0


class Cancelled(TimedOut):
    """The run was cancelled."""


class Watch:
    """The thread. `why` is the exception that the work shall end with."""

    def __init__(self, claim: Claim, *, clock: Callable[[], datetime]) -> None:
        self._claim = claim
        self._clock = clock
        self._over = threading.Event()
        self._why: type[TimedOut] = TimedOut
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def interrupt(self, signum: int, frame: FrameType | None) -> None:
        """The handler of SIGALRM, in the main thread, wherever the node is."""
        if not self._over.is_set():
            raise self._why

    def _watch(self) -> None:
        try:
            self._hold()
        finally:
            connection.close()

    def _hold(self) -> None:
        started = time.monotonic()
        allowed = (self._claim.deadline - self._clock()).total_seconds()
        ends_at = started + max(0.0, allowed)
        held_until = started + LEASE.total_seconds()
        ending = False
        while True:
            now = time.monotonic()
            if not ending and now >= ends_at:
                ending = self._end(TimedOut)
            if now >= ends_at + KILL_AFTER_SECONDS or now >= held_until:
                self._kill("deadline" if ending else "lease")
            next_look = min(now + RENEW_EVERY_SECONDS, held_until)
            if not ending:
                next_look = min(next_look, ends_at)
            if self._over.wait(max(0.01, next_look - now)):
                return
            before = time.monotonic()
            cancelled = self._renew()
            if cancelled is not None:
                held_until = before + LEASE.total_seconds()
            if cancelled and not ending:
                ending, ends_at = self._end(Cancelled), before

    def _renew(self) -> bool | None:
        """Whether the run was cancelled; None when the database did not answer."""
        try:
            close_old_connections()
            hold = renew_lease(self._claim.run_id, self._claim.token, now=self._clock())
        except DatabaseError:
            logger.warning("lease_not_renewed", run=str(self._claim.run_id))
            return None
        if not hold.held and not self._over.is_set():
            self._kill("lease")
        return hold.cancelled

    def _end(self, why: type[TimedOut]) -> bool:
        self._why = why
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)
        return True

    def _kill(self, why: str) -> None:
        logger.error("killing_own_process", run=str(self._claim.run_id), why=why)
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def watched(claim: Claim, *, clock: Callable[[], datetime]) -> Iterator[None]:
    """Run the body under the claim's deadline; raises `TimedOut` or `Cancelled` in it.

    For the main thread of a work horse only: it sets the handler of SIGALRM.
    """
    watch = Watch(claim, clock=clock)
    before = signal.signal(signal.SIGALRM, watch.interrupt)
    watch.start()
    try:
        yield
    finally:
        watch.stop()
        signal.signal(signal.SIGALRM, before)

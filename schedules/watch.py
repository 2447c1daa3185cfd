"""Watching over a claimed run inside the work horse that runs it.

A thread renews the lease, looks whether the run was cancelled, and ends the work at its
deadline; it kills the whole process when the work does not end, or when the lease can no
longer be held, so that the run can be judged lost and tried again elsewhere. Behind it
stands a dead man's switch, for when the thread itself is stuck: in a database that does
not answer, or behind a node that keeps the interpreter to itself.
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

from schedules.services.claims import Claim, Hold, renew_lease
from workflows.deadline import KILL_AFTER_SECONDS
from workflows.exceptions import Cancelled, TimedOut
from workflows.lease import HOLD_SECONDS, RENEW_EVERY_SECONDS
from workflows.leftovers import end_leftovers
from workflows.switch import set_switch, take_switch_away

logger = structlog.get_logger(__name__)
RETRY_SECONDS = 1.0


class Watch:
    """The thread, and what the work is interrupted with."""

    def __init__(self, claim: Claim, *, clock: Callable[[], datetime]) -> None:
        self._claim = claim
        self._clock = clock
        self._over = threading.Event()
        self._switch = threading.Lock()
        self._working = True
        self._ending = False
        self._raised = False
        self._why = TimedOut(claim.timeout_seconds)
        now = time.monotonic()
        self._ends_at = now + max(0.0, (claim.deadline - clock()).total_seconds())
        self._held_until = now + HOLD_SECONDS
        self._look_again = RENEW_EVERY_SECONDS
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        self._set_switch()
        self._thread.start()

    def work_is_over(self) -> None:
        """No deadline any more, and nothing to kill: what is left is to record it."""
        with self._switch:
            self._working = False
            take_switch_away()

    def stop(self) -> None:
        self.work_is_over()
        self._over.set()
        self._thread.join()

    def interrupt(self, signum: int, frame: FrameType | None) -> None:
        """The handler of SIGALRM, in the main thread, wherever the node is."""
        if self._working:
            self._raised = True
            raise self._why

    def stop_if_over(self) -> None:
        """Raise once more what interrupted the work, if something has."""
        if self._raised:
            raise self._why

    def _watch(self) -> None:
        try:
            while not self._over.wait(self._until_next_look()):
                self._look()
        finally:
            connection.close()

    def _until_next_look(self) -> float:
        if self._ending:
            return self._look_again
        return min(self._look_again, max(0.01, self._ends_at - time.monotonic()))

    def _look(self) -> None:
        now = time.monotonic()
        if now >= self._ends_at:
            self._end(self._why)
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
            self._end(Cancelled())
        self._set_switch()

    def _renew(self) -> Hold | None:
        """What became of our hold; None when the database did not answer."""
        try:
            close_old_connections()
            return renew_lease(self._claim.run_id, self._claim.token, now=self._clock())
        except DatabaseError:
            logger.warning("lease_not_renewed", run=str(self._claim.run_id))
            return None

    def _end(self, why: TimedOut) -> None:
        """Interrupt the work, once."""
        if not self._ending and self._working:
            self._ending = True
            self._why = why
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)

    def _set_switch(self) -> None:
        """From now on the process ends by itself unless this is called again in time."""
        with self._switch:
            if self._working:
                set_switch(min(self._ends_at + KILL_AFTER_SECONDS, self._held_until))

    def _kill(self) -> None:
        logger.error("killing_own_process", run=str(self._claim.run_id), why="lease")
        end_leftovers(run=str(self._claim.run_id))
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def watched(claim: Claim, *, clock: Callable[[], datetime]) -> Iterator[Watch]:
    """Hold the claim during the body, and until `work_is_over` under its deadline:
    `TimedOut` or `Cancelled` is raised wherever it is.

    For the main thread of a work horse only: it sets the handler of SIGALRM.
    """
    watch = Watch(claim, clock=clock)
    before = signal.signal(signal.SIGALRM, watch.interrupt)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()
        signal.signal(signal.SIGALRM, before)

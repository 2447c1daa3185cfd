"""The work processes of a worker: it forks them, watches them and replaces them."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import connections
from redis import Redis
from redis.exceptions import RedisError

from schedules.processes.endings import CRASHED, record_held
from schedules.processes.forked import begin, reap
from schedules.processes.orders import Orders
from schedules.processes.overdue import Overdue
from schedules.processes.reaper import Reaper
from schedules.processes.work_process import WorkProcess
from workflows.execution.endings import Ending, ending_of_status
from workflows.execution.process_state import Held, ProcessState, Work
from workflows.kit.logs import get_logger
from workflows.processes.leftovers import log_ended
from workflows.processes.session import end_session

logger = get_logger(__name__)
# A process that ended at once, and one that could not be forked, are replaced after a while.
SHORT_LIFE_SECONDS = 1.0
AFTER_SHORT_LIFE_SECONDS = 0.9
AFTER_NO_FORK_SECONDS = 5.0


@dataclass(slots=True)
class Place:
    """One of the processes, and the next one in its place."""

    state: ProcessState = field(default_factory=ProcessState)
    pid: int = 0
    forked_at: float = 0.0
    # Not before this time on the monotonic clock.
    fork_at: float = 0.0
    killed_as: Ending | None = None
    # Nothing is left for it to do: it is not replaced.
    is_done: bool = False


class Pool:
    """Keeps `count` work processes. All its methods but `kill` are for the main thread: a
    process dies with the thread that has forked it."""

    def __init__(self, count: int, orders: Orders, reaper: Reaper) -> None:
        self.places = [Place() for _ in range(count)]
        self._orders = orders
        self._reaper = reaper
        self._parent = os.getpid()
        self._before_reaping = threading.RLock()
        # Of the processes that have ended: how many runs, and how many seconds they took.
        self.runs, self.seconds = 0, 0.0
        self._overdue = Overdue(
            lambda: [(place.state, place.pid) for place in self.places],
            self._kill,
            self._before_reaping,
        )

    @property
    def is_empty(self) -> bool:
        """Whether no process is there."""
        return not any(place.pid for place in self.places)

    @property
    def is_done(self) -> bool:
        """Whether no process is there, nor will be."""
        return all(place.is_done for place in self.places)

    def begin_again(self) -> None:
        """There may be work again: have all processes look for it."""
        for place in self.places:
            place.is_done = False

    @property
    def idle_since(self) -> float | None:
        """Since when no process has been at work, on the monotonic clock; None if one is, or
        if none is there."""
        states = [place.state for place in self.places if place.pid]
        if not states or any(state.held for state in states):
            return None
        return max(state.since for state in states)

    @property
    def held(self) -> list[Held]:
        """What the processes hold, or those that have ended if it is not on record yet."""
        return [held for place in self.places if (held := place.state.held)]

    def tend(self, *, replace: bool = True) -> None:
        """Reap the processes that have ended, and fork those that are missing."""
        for place in self.places:
            if place.pid:
                self._reap(place)
            is_missing = not (place.pid or place.is_done)
            if replace and is_missing and time.monotonic() >= place.fork_at:
                self._fork(place)

    def unblock(self, redis: Redis) -> None:
        """Let the processes that wait for work look at their orders."""
        for place in self.places:
            if place.pid and (client := int(place.state.client_id)):
                try:
                    redis.client_unblock(client)
                except RedisError:
                    return  # they look every second

    def kill(self, ending: Ending) -> None:
        """Kill all processes, and all that they have started."""
        for place in self.places:
            with self._before_reaping:
                if place.pid:
                    place.killed_as = ending
                    self._kill(place.pid)

    def close(self) -> None:
        self._overdue.stop()

    def _fork(self, place: Place) -> None:
        connections.close_all()  # a process must not share one
        place.state.wipe()
        place.killed_as = None
        place.forked_at = place.state.since = time.monotonic()
        try:
            child = self._reaper.fork()
        except OSError as error:
            logger.error("work_process_not_started", error=str(error))
            place.fork_at = time.monotonic() + AFTER_NO_FORK_SECONDS
            return
        if child == 0:
            begin(self._parent, place.state, self._reaper, lambda: self._serve(place))
        place.pid = child

    def _serve(self, place: Place) -> None:
        WorkProcess(place.state, self._orders).serve()

    def _reap(self, place: Place) -> None:
        session = place.pid
        with self._before_reaping:
            status = reap(session, lambda: self._reaper.end(session))
            if status is None:
                return
            place.pid = 0
        now = time.monotonic()
        if status and now - place.forked_at < SHORT_LIFE_SECONDS:
            place.fork_at = now + AFTER_SHORT_LIFE_SECONDS
        self.runs += int(place.state.runs)
        self.seconds += place.state.seconds
        place.is_done = place.state.is_done > 0
        if place.state.has_permit:
            self._orders.return_permit()
        if status:
            logger.warning("work_process_ended", pid=session, status=status)
        held = place.state.held
        if held and place.state.work in (Work.AT_WORK, Work.RAISED):
            ended = place.killed_as or ending_of_status(status)
            record_held(held, CRASHED if place.state.work == Work.RAISED else ended)
        place.state.release()

    def _kill(self, pid: int) -> None:
        # A signal may have come between reaping it and noting that.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        log_ended(end_session(pid), pid=str(pid))

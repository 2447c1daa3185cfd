"""The thread of a worker that kills processes which have not ended their run in time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

from schedules.processes.forked import (
    CHECK_EVERY_SECONDS,
    is_overdue,
    print_where_it_is,
)
from workflows.execution.process_state import ProcessState
from workflows.kit.logs import get_logger

logger = get_logger(__name__)


class Overdue:
    """Kills a process past the deadline of its run, or that has lost its lease: the process
    itself may be stuck, or suspended.

    `processes` are those of the worker, each with its state and its number, which is 0 if there
    is none. The worker reaps one only under `lock`: afterwards the number may be another's.
    """

    def __init__(
        self,
        processes: Callable[[], Iterable[tuple[ProcessState, int]]],
        kill: Callable[[int], None],
        lock: threading.RLock,
    ) -> None:
        self._processes = processes
        self._kill = kill
        self._lock = lock
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="overdue")
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(CHECK_EVERY_SECONDS):
            with self._lock:
                for state, pid in self._processes():
                    if pid and is_overdue(state):
                        with suppress(ProcessLookupError):  # it has ended meanwhile
                            self._end(state, pid)

    def _end(self, state: ProcessState, pid: int) -> None:
        logger.error("work_process_overdue", pid=pid)
        print_where_it_is(pid)
        if is_overdue(state):  # else it has ended its run meanwhile
            self._kill(pid)
            state.kill_at = 0.0

"""State that a work process shares with its worker, which can read it after it has ended."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum, auto


class Work(IntEnum):
    """The progress of a work process. From AT_WORK on, it has claimed its work."""

    NONE = 0
    AT_WORK = auto()
    RAISED = auto()
    ON_RECORD = auto()


class ProcessState:
    """Memory that a worker shares with the process it forks."""

    _layout = struct.Struct("dB")

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, self._layout.size)

    def wipe(self) -> None:
        """Reset it for the next process."""
        self._layout.pack_into(self._memory, 0, 0.0, Work.NONE)

    @property
    def kill_at(self) -> float:
        """When the process is to be killed, on the monotonic clock; 0 for never."""
        return float(self._layout.unpack_from(self._memory)[0])

    @kill_at.setter
    def kill_at(self, at: float) -> None:
        self._layout.pack_into(self._memory, 0, at, self.work)

    @property
    def work(self) -> Work:
        """The progress of the work."""
        return Work(self._layout.unpack_from(self._memory)[1])

    @work.setter
    def work(self, work: Work) -> None:
        self._layout.pack_into(self._memory, 0, self.kill_at, work)


_state = ProcessState()


def use_state(state: ProcessState) -> None:
    """Write to this state of the worker from now on."""
    global _state
    _state = state


def note_kill_at(at: float) -> None:
    """Ask the worker to kill this process at `at` on the monotonic clock; 0 for never."""
    _state.kill_at = at


@contextmanager
def at_work() -> Iterator[None]:
    """The body does the claimed work and records its outcome."""
    _state.work = Work.AT_WORK
    try:
        yield
    except BaseException:
        _state.work = Work.RAISED
        raise
    _state.work = Work.ON_RECORD

"""The dead man's switch: a work process that does not set it again in time is ended.

From inside, by a thread of C that needs no interpreter and tells where the process was; and
by its worker, in case the process stands still, or has become another program.
"""

from __future__ import annotations

import faulthandler
import mmap
import struct
import time

STDERR = 2
KILL_AT = struct.Struct("d")
STATE_AT = KILL_AT.size


class Slate:
    """What a work process writes down for its worker, in memory that both share."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, STATE_AT + 1)

    @property
    def state(self) -> int:
        """A small number of the worker's own."""
        return self._memory[STATE_AT]

    @state.setter
    def state(self, state: int) -> None:
        self._memory[STATE_AT] = state

    @property
    def kill_at(self) -> float:
        """When the process is to be killed, on the monotonic clock; 0 for never."""
        return float(KILL_AT.unpack_from(self._memory)[0])

    @kill_at.setter
    def kill_at(self, at: float) -> None:
        KILL_AT.pack_into(self._memory, 0, at)


_slate: Slate | None = None


def write_on(slate: Slate) -> None:
    """Let the worker, which holds `slate`, see the switch of this process."""
    global _slate
    _slate = slate


def set_switch(at: float) -> None:
    """End this process at `at` on the monotonic clock, unless this is called again."""
    seconds = max(0.01, at - time.monotonic())
    faulthandler.dump_traceback_later(seconds, exit=True, file=STDERR)
    if _slate:
        _slate.kill_at = at


def take_switch_away() -> None:
    """The work is over."""
    faulthandler.cancel_dump_traceback_later()
    if _slate:
        _slate.kill_at = 0.0

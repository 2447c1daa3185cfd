"""Waiting that is interrupted by a signal or by the end of a child process."""

from __future__ import annotations

import os
import select
import signal
from types import FrameType
from typing import Any, Self


class StopSignals:
    """A context manager that counts requests to stop: SIGINT, SIGTERM and SIGHUP."""

    def __init__(self) -> None:
        self.requests = 0
        self._before: dict[signal.Signals, Any] = {}

    @property
    def requested(self) -> bool:
        """Whether a stop has been requested."""
        return self.requests > 0

    def wait(self, seconds: float) -> None:
        """Sleep until the next signal, or one that arrived before this call; at most `seconds`."""
        if select.select([self._wakeup_read], [], [], max(seconds, 0))[0]:
            os.read(self._wakeup_read, 4096)

    def __enter__(self) -> Self:
        self._wakeup_read, self._wakeup_write = os.pipe()
        os.set_blocking(self._wakeup_write, False)
        self._wakeup_before = signal.set_wakeup_fd(
            self._wakeup_write, warn_on_full_buffer=False
        )
        self._handle(signal.SIGCHLD, self._ignore)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Under nohup, SIGHUP is ignored and stays so. SIGINT is handled even where a
            # script's shell ignores it for a command started with `&`.
            ignored = signal.getsignal(number) is signal.SIG_IGN
            if number != signal.SIGHUP or not ignored:
                self._handle(number, self._count)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        os.close(self._wakeup_read)
        os.close(self._wakeup_write)

    def _handle(self, number: signal.Signals, handler: Any) -> None:
        self._before[number] = signal.signal(number, handler)

    def _count(self, number: int, frame: FrameType | None) -> None:
        self.requests += 1

    def _ignore(self, number: int, frame: FrameType | None) -> None:
        """Does nothing: a signal with a handler writes to the wake-up descriptor."""
